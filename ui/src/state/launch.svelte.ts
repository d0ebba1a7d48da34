/* One launch, followed while its page is open. It goes on when nobody looks; the card in the list shows it, too. */
import type { Backend } from "../ipc/backend";
import type { LaunchProgress } from "../ipc/bindings";
import { Stream } from "../ipc/stream.svelte";

export class Launch {
  progress = $state.raw<LaunchProgress | null>(null);
  readonly problem = $derived.by(() => this.#stream.problem);

  /** It has come to its end, so the stream's end is no loss. */
  readonly ended = $derived(
    this.progress !== null &&
      this.progress.outcome.kind !== "running" &&
      this.progress.outcome.kind !== "cancelling",
  );

  #stream: Stream<LaunchProgress>;

  constructor(backend: Backend, lab: string) {
    this.#stream = new Stream(
      (receive) => backend.openLaunch(lab, receive),
      (progress) => {
        this.progress = progress;
      },
      () => this.ended,
    );
  }

  start(): () => void {
    return this.#stream.start();
  }
}
