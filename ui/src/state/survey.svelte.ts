/* What each volume holds, counted while the list is on screen. */
import type { Backend } from "../ipc/backend";
import type { SurveyUpdate, VolumeSurvey } from "../ipc/bindings";
import { Stream } from "../ipc/stream.svelte";

export class Survey {
  volumes = $state.raw<ReadonlyMap<string, VolumeSurvey>>(new Map());
  done = $state(false);
  #stream: Stream<SurveyUpdate>;

  constructor(backend: Backend) {
    this.#stream = new Stream<SurveyUpdate>(
      (receive) => backend.openSurvey(receive),
      (update) => {
        this.volumes = new Map(update.volumes.map((one) => [one.volume, one]));
        this.done = update.done;
      },
      () => this.done,
    );
  }
  start(): () => void {
    return this.#stream.start();
  }
}
