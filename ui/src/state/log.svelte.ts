/* A lab's log as the page sees it: how far it has come, and the rows that are on screen, asked for by range.
   Rust keeps the lines, searches them and masks secrets; here are only some hundred rows at a time. */
import type { Backend, OpenLog } from "../ipc/backend";
import type { LogLine, LogState, Problem } from "../ipc/bindings";
import { asProblem } from "../ipc/error";
import { Stream } from "../ipc/stream.svelte";

const MARGIN = 60;

export class Log {
  state = $state.raw<LogState>({ first: 0, end: 0, ended: false });
  search = $state("");
  /** Rows that can be scrolled through: lines kept, or lines that match. */
  count = $state(0);
  /** The loaded rows; `from` is the index of the first one. */
  page = $state.raw<{ from: number; lines: readonly LogLine[] }>({ from: 0, lines: [] });
  failure = $state.raw<Problem | null>(null);
  loaded = $state(false);
  readonly problem = $derived.by(() => this.#stream.problem ?? this.failure);

  #stream: Stream<LogState, OpenLog>;
  #wanted = { from: 0, to: 0 };
  #reading = false;
  #again = false;

  constructor(backend: Backend, container: string, lab: string | null) {
    this.#stream = new Stream(
      (receive) => backend.openLog(container, lab, receive),
      (state) => {
        this.state = state;
        if (!this.search) this.count = state.end - state.first;
        void this.#read();
      },
    );
  }

  start(): () => void {
    return this.#stream.start();
  }

  /** The rows now on screen. */
  show(from: number, to: number): void {
    this.#wanted = { from, to };
    const { page } = this;
    const covered = from >= page.from && to <= page.from + page.lines.length;
    if (!covered) void this.#read();
  }

  find(text: string): void {
    this.search = text;
    this.page = { from: 0, lines: [] };
    void this.#read();
  }

  /** One question at a time; what is wanted meanwhile is asked next. */
  async #read(): Promise<void> {
    const handle = this.#stream.handle;
    if (this.#reading || !handle) {
      this.#again = true;
      return;
    }
    this.#reading = true;
    this.#again = false;
    const from = Math.max(0, this.#wanted.from - MARGIN);
    const count = this.#wanted.to - from + MARGIN;
    const { search } = this;
    try {
      const start = search ? from : this.state.first + from;
      const page = await handle.read({ start, count, search });
      if (!page) this.#stream.again();
      else if (search === this.search) {
        const begins = search ? from : Math.max(0, (page.lines[0]?.number ?? start) - page.state.first);
        this.state = page.state;
        this.count = page.matches;
        this.page = { from: begins, lines: page.lines };
        this.loaded = true;
        this.failure = null;
      }
    } catch (thrown) {
      this.failure = asProblem(thrown);
    } finally {
      this.#reading = false;
      if (this.#again) void this.#read();
    }
  }
}
