/* What the first screen asks of the desktop app, apart from all else so that it can be asked before the rest is read.
   Failures are thrown as they come; the streams and lists that ask turn them into problems. Besides the generated
   bindings, this is the only file that knows Tauri. */
import { Channel } from "@tauri-apps/api/core";
import type { Backend, OpenStream, Receive } from "./backend";
import { commands, type Numbered } from "./bindings";

export type First = Pick<Backend, "openInventory" | "openLabs" | "listRecipes">;

/** What may go wrong here is noticed by the stream's own numbers. */
const hint = (call: Promise<unknown>): void => void call.catch(() => undefined);

export async function open<Payload>(
  receive: Receive<Payload>,
  subscribe: (channel: Channel<Numbered<Payload>>) => Promise<number>,
): Promise<OpenStream & { id: number }> {
  const channel = new Channel<Numbered<Payload>>();
  let pieces = "";
  channel.onmessage = ({ number, payload, piece, last }) => {
    if (piece === null) {
      receive({ number, payload: payload as Payload });
      return;
    }
    pieces += piece;
    if (!last) return;
    const whole = pieces;
    pieces = "";
    receive({ number, payload: JSON.parse(whole) as Payload });
  };
  const id = await subscribe(channel);
  return {
    id,
    acknowledge: (number) => hint(commands.acknowledge(id, number)),
    position: () => commands.streamPosition(id),
    close: () => hint(commands.unsubscribe(id)),
  };
}

/** A channel for what may be lost: each message says all that is new. */
export function hints<Payload>(take: (payload: Payload) => void): Channel<Payload> {
  const channel = new Channel<Payload>();
  channel.onmessage = take;
  return channel;
}

export const first: First = {
  openInventory: (receive) => open(receive, (channel) => commands.subscribeInventory(channel)),
  openLabs: (receive) => open(receive, (channel) => commands.subscribeLabs(channel)),
  listRecipes: () => commands.listRecipes(),
};
