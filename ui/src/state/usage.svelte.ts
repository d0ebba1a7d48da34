/* What the containers use whose figures are on screen, and no others. A card says that it is
   seen; its stream closes when it is not, and all of them while the window is hidden. */
import type { Backend } from "../ipc/backend";
import type { Usage as Sample } from "../ipc/bindings";
import { Stream } from "../ipc/stream.svelte";

/** About a minute at one sample a second. */
export const KEPT = 60;
/** An hour, for a page that shows how it went. */
export const KEPT_LONG = 3600;
/** Scrolling past a card is not looking at it. */
const SETTLE = 200;

export interface Figures {
  cpu: readonly number[];
  memory: readonly number[];
  /** For as long as somebody looks, up to an hour for a page that asks for so much. */
  samples: readonly Sample[];
  last: Sample;
}

export class Usage {
  figures = $state.raw<ReadonlyMap<string, Figures>>(new Map());

  #backend: Backend;
  #seen = new Map<string, number>();
  #long = new Map<string, number>();
  #streams = new Map<string, Stream<Sample>>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(backend: Backend) {
    this.#backend = backend;
    document.addEventListener("visibilitychange", () => this.#settle());
  }

  /** Asks for the figures of a container while it is on screen; returns what ends it. `long`: keeps an hour of them. */
  watch(container: string, long = false): () => void {
    const add = (counts: Map<string, number>, by: number) => {
      const left = (counts.get(container) ?? 0) + by;
      if (left > 0) counts.set(container, left);
      else counts.delete(container);
    };
    add(this.#seen, 1);
    if (long) add(this.#long, 1);
    this.#settle();
    return () => {
      add(this.#seen, -1);
      if (long) add(this.#long, -1);
      this.#settle();
    };
  }

  take(sample: Sample): void {
    const before = this.figures.get(sample.container);
    const after = new Map(this.figures);
    const kept = this.#long.has(sample.container) ? KEPT_LONG : KEPT;
    after.set(sample.container, {
      cpu: [...(before?.cpu ?? []).slice(1 - KEPT), sample.cpuPercent],
      memory: [...(before?.memory ?? []).slice(1 - KEPT), sample.memory],
      samples: [...(before?.samples ?? []).slice(1 - kept), sample],
      last: sample,
    });
    this.figures = after;
  }

  #settle(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#follow(), SETTLE);
  }

  #follow(): void {
    const wanted = document.hidden ? new Set<string>() : new Set(this.#seen.keys());
    for (const [container, stream] of this.#streams) {
      if (wanted.has(container)) continue;
      stream.stop();
      this.#streams.delete(container);
      if (!this.#seen.has(container)) this.#forget(container);
    }
    for (const container of wanted) {
      if (this.#streams.has(container)) continue;
      const stream = new Stream<Sample>(
        (receive) => this.#backend.openUsage(container, receive),
        (sample) => this.take(sample),
        () => true,
      );
      this.#streams.set(container, stream);
      stream.start();
    }
  }

  #forget(container: string): void {
    const after = new Map(this.figures);
    if (after.delete(container)) this.figures = after;
  }
}
