/* What differs from its image in a lab, as of when it was asked. Rust keeps and groups it; here are only the rows that
   are on screen. Nothing is asked again by itself. */
import type { Backend } from "../ipc/backend";
import type { ChangeSort, ChangesRow, ChangesState, Problem } from "../ipc/bindings";
import { asProblem } from "../ipc/error";
import type { OpenLabChanges } from "../ipc/life";
import { Stream } from "../ipc/stream.svelte";

const MARGIN = 60;
/** What Rust gives at once. */
const MOST = 500;

export class Changes {
  state = $state.raw<ChangesState | null>(null);
  problem = $state.raw<Problem | null>(null);
  /** It is being asked what differs. */
  reading = $state(true);
  /** Rows in all. */
  total = $state(0);
  /** The loaded rows; `from` is the index of the first one. */
  page = $state.raw<{ from: number; rows: readonly ChangesRow[] }>({ from: 0, rows: [] });
  folded = $state.raw<readonly ChangeSort[]>(["system", "temporary"]);
  find = $state("");

  #stream: Stream<ChangesState, OpenLabChanges>;
  #wanted = { from: 0, to: 40 };
  #asking = false;
  #again = false;

  constructor(backend: Backend, lab: string) {
    this.#stream = new Stream(
      async (receive) => {
        try {
          return await backend.openLabChanges(lab, receive);
        } catch (thrown) {
          // Asking costs the engine something: it is asked again when somebody wants it.
          this.#stream.stop();
          this.problem = asProblem(thrown);
          this.reading = false;
          throw thrown;
        }
      },
      (state) => {
        this.state = state;
        this.reading = false;
        void this.#ask();
      },
      () => true,
    );
  }

  start(): () => void {
    return this.#stream.start();
  }

  /** Asks anew what differs; what is shown stays until the answer is here. */
  refresh(): void {
    this.problem = null;
    this.reading = true;
    this.#stream.stop();
    this.#stream.start();
  }

  row(index: number): ChangesRow | undefined {
    return this.page.rows[index - this.page.from];
  }

  /** The rows now on screen, the end not included. */
  show(from: number, to: number): void {
    this.#wanted = { from, to };
    const { page } = this;
    if (from < page.from || Math.min(to, this.total) > page.from + page.rows.length) void this.#ask();
  }

  look(find: string): void {
    this.find = find;
    void this.#ask();
  }

  fold(sort: ChangeSort): void {
    const folded = this.folded.includes(sort);
    this.folded = folded ? this.folded.filter((one) => one !== sort) : [...this.folded, sort];
    void this.#ask();
  }

  /** One question at a time; what is wanted meanwhile is asked next. */
  async #ask(): Promise<void> {
    const handle = this.#stream.handle;
    if (this.#asking || !handle) {
      this.#again = true;
      return;
    }
    this.#asking = true;
    this.#again = false;
    const from = Math.max(0, this.#wanted.from - MARGIN);
    const count = Math.min(MOST, this.#wanted.to - from + MARGIN);
    const find = this.find.trim();
    // What is looked for is shown wherever it is.
    const folded = find ? [] : [...this.folded];
    try {
      const page = await handle.read({ find, folded, from, count });
      if (page && handle === this.#stream.handle) {
        this.total = page.total;
        this.page = { from, rows: page.rows };
      }
    } catch (thrown) {
      this.problem = asProblem(thrown);
    } finally {
      this.#asking = false;
      if (this.#again) void this.#ask();
    }
  }
}
