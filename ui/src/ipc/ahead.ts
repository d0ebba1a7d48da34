/* Asks for what the first screen shows before there is a screen. The window's own script takes a while to be read and
   run; meanwhile the answers come, and the first picture has them. Whoever opens such a stream first gets it with
   everything that has arrived on it; later openings ask anew. */
import type { Numbered, OpenStream, Receive } from "./backend";
import type { First } from "./first";

type Open<Payload> = (receive: Receive<Payload>) => Promise<OpenStream>;

function opened<Payload>(open: Open<Payload>): Open<Payload> {
  const waiting: Numbered<Payload>[] = [];
  let receive: Receive<Payload> = (message) => waiting.push(message);
  let stream: Promise<OpenStream> | null = open((message) => receive(message));
  // A failure is told to whoever opens it.
  stream.catch(() => undefined);
  return (listener) => {
    if (!stream) return open(listener);
    const first = stream;
    stream = null;
    receive = listener;
    for (const message of waiting) listener(message);
    return first;
  };
}

function asked<Answer>(ask: () => Promise<Answer>): () => Promise<Answer> {
  let answer: Promise<Answer> | null = ask();
  answer.catch(() => undefined);
  return () => {
    const first = answer ?? ask();
    answer = null;
    return first;
  };
}

export function ahead(first: First): First {
  return {
    openInventory: opened(first.openInventory),
    openLabs: opened(first.openLabs),
    listRecipes: asked(first.listRecipes),
  };
}
