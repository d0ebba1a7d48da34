/* Whether there is a text that is not saved, which the window has to know before it closes. */
import type { Moving } from "../ipc/moving";

export class Unsaved {
  here = $state(false);
  #backend: Pick<Moving, "tellUnsaved">;

  constructor(backend: Pick<Moving, "tellUnsaved">) {
    this.#backend = backend;
  }
  tell(here: boolean): void {
    if (here === this.here) return;
    this.here = here;
    // A window that cannot be told closes without asking; there is nothing to say of that now.
    void this.#backend.tellUnsaved(here).catch(() => undefined);
  }
}
