/* Files of this computer over the window. A screen that takes them says what stands where; what is dropped elsewhere
   is forgotten. */
import type { Backend } from "../ipc/backend";
import type { DroppedFiles, DropState, HeldFiles } from "../ipc/bindings";
import { Stream } from "../ipc/stream.svelte";

type Take = (dropped: DroppedFiles) => void;

export class Dropping {
  held = $state.raw<HeldFiles | null>(null);
  #stream: Stream<DropState>;
  /** The drop before this page looked, and each that it has seen. */
  #last: number | null | undefined = undefined;
  #takers: Take[] = [];

  constructor(backend: Pick<Backend, "openDrops">) {
    this.#stream = new Stream(
      (receive) => backend.openDrops(receive),
      (state) => this.take(state),
    );
  }
  start(): () => void {
    return this.#stream.start();
  }
  /** Tells of each drop from now on; the newest taker is the one. Gives what stops it. */
  onDrop(take: Take): () => void {
    this.#takers.push(take);
    return () => {
      this.#takers = this.#takers.filter((one) => one !== take);
    };
  }
  take(state: DropState): void {
    this.held = state.held;
    const number = state.dropped?.number ?? null;
    const first = this.#last === undefined;
    if (number === this.#last) return;
    this.#last = number;
    if (!first && state.dropped) this.#takers.at(-1)?.(state.dropped);
  }
}
