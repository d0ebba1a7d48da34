/* The file that is looked at. Only the newest wish counts: while one moves through a folder, files passed over are
   not opened, and an answer that comes late is dropped. */
import type { Preview, Problem } from "../ipc/bindings";
import { asProblem } from "../ipc/error";
import type { Previews } from "../ipc/previews";

/** Files passed over faster than this are not opened. */
export const PASSING = 90;

export class LookedAt {
  head = $state.raw<Preview | null>(null);
  problem = $state.raw<Problem | null>(null);
  loading = $state(false);

  #backend: Pick<Previews, "openPreview">;
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wish: { place: number; path: string } | null = null;

  constructor(backend: Pick<Previews, "openPreview">) {
    this.#backend = backend;
  }

  open(place: number, path: string): void {
    this.close();
    this.loading = true;
    this.#wish = { place, path };
    this.#timer = setTimeout(() => void this.#ask(this.#turn), PASSING);
  }

  /** Reads the same file anew; what is shown stays until the new is here. */
  again(): void {
    if (!this.#wish) return;
    this.#turn += 1;
    this.problem = null;
    this.loading = true;
    void this.#ask(this.#turn);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#turn += 1;
    this.#wish = null;
    this.head = null;
    this.problem = null;
    this.loading = false;
  }

  async #ask(turn: number): Promise<void> {
    const wish = this.#wish;
    if (!wish) return;
    try {
      const head = await this.#backend.openPreview(wish.place, wish.path);
      if (turn === this.#turn) this.head = head;
    } catch (thrown) {
      if (turn !== this.#turn) return;
      this.problem = asProblem(thrown);
      this.head = null;
    } finally {
      if (turn === this.#turn) this.loading = false;
    }
  }
}
