/* A lab's log as the page sees it: how far it has come, and the rows that are on screen, asked for by range.
   Rust keeps the lines, searches them and masks secrets; here are only some hundred rows at a time. */
import type { Backend, OpenLog } from "../ipc/backend";
import type { LogFound, LogHit, LogLine, LogPattern, LogState, LogView, Problem } from "../ipc/bindings";
import { asProblem } from "../ipc/error";
import { Stream } from "../ipc/stream.svelte";

const MARGIN = 60;
/** What a row shows of a line; the rest is fetched when someone asks for it. */
export const LONGEST = 2000;
/** What is copied at most: lines, and letters. */
const COPIED = 5000;
const COPIED_TEXT = 2_000_000;
const PAGE = 1000;

export const NOTHING: LogPattern = { text: "", regex: false, matchCase: false };

export interface LogRow {
  line: LogLine;
  hits: readonly LogHit[];
  /** Only its beginning is here. */
  shortened: boolean;
}

export class Log {
  state = $state.raw<LogState>({ first: 0, end: 0, read: 0, ended: false, broken: false });
  search = $state.raw<LogPattern>(NOTHING);
  /** The rows are just the lines in which `search` is found. */
  only = $state(false);
  /** Rows that can be scrolled through: lines kept, or lines that match. */
  count = $state(0);
  matches = $state(0);
  /** Why the search cannot be looked for. */
  fault = $state<string | null>(null);
  /** The match that is stepped to. */
  found = $state.raw<LogFound | null>(null);
  /** The loaded rows; `from` is the index of the first one. */
  page = $state.raw<{ from: number; rows: readonly LogRow[] }>({ from: 0, rows: [] });
  failure = $state.raw<Problem | null>(null);
  loaded = $state(false);
  readonly problem = $derived.by(() => this.#stream.problem ?? this.failure);

  #stream: Stream<LogState, OpenLog>;
  #wanted = { from: 0, to: 0 };
  #reading = false;
  #again = false;

  constructor(backend: Backend, container: string, lab: string | null, view: LogView = {}) {
    this.#stream = new Stream(
      (receive) => backend.openLog(container, lab, view, receive),
      (state) => {
        this.state = state;
        if (!this.only) this.count = state.end - state.first;
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
    const covered = from >= page.from && to <= page.from + page.rows.length;
    if (!covered) void this.#read();
  }

  find(search: LogPattern, only: boolean): void {
    if (only !== this.only) this.page = { from: 0, rows: [] };
    this.search = search;
    this.only = only && search.text !== "";
    this.found = null;
    void this.#read();
  }

  /** Steps to the next match after this line or the present one; gives its row. */
  async step(backwards: boolean, from: number): Promise<number | null> {
    const handle = this.#stream.handle;
    if (!handle || !this.search.text) return null;
    try {
      const found = await handle.find(this.search, this.found?.number ?? from, backwards);
      this.found = found;
      if (found) this.matches = found.matches;
      return found && (this.only ? found.place : found.number - this.state.first);
    } catch (thrown) {
      this.failure = asProblem(thrown);
      return null;
    }
  }

  /** All of a line of which only the beginning is on screen; `null` where it is no longer kept. */
  async whole(number: number): Promise<LogLine | null> {
    const page = await this.#stream.handle?.read({ start: number, count: 1 });
    const line = page?.lines[0];
    return line?.number === number ? line : null;
  }

  /** The newest rows as text, within a bound. */
  async text(): Promise<{ text: string; lines: number }> {
    const handle = this.#stream.handle;
    const lines: string[] = [];
    let length = 0;
    let end = this.count;
    while (handle && end > 0 && lines.length < COPIED && length < COPIED_TEXT) {
      const from = Math.max(0, end - PAGE);
      const start = this.only ? from : this.state.first + from;
      const page = await handle.read({ start, count: end - from, search: this.search, only: this.only });
      if (!page || page.lines.length === 0) break;
      for (const line of page.lines.toReversed()) {
        if (lines.length >= COPIED || length + line.text.length > COPIED_TEXT) {
          length = COPIED_TEXT;
          break;
        }
        lines.push(line.text);
        length += line.text.length;
      }
      end = from;
    }
    return { text: lines.toReversed().join("\n"), lines: lines.length };
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
    const { search, only } = this;
    const from = Math.max(0, this.#wanted.from - MARGIN);
    const count = this.#wanted.to - from + MARGIN;
    try {
      const start = only ? from : this.state.first + from;
      const page = await handle.read({ start, count, search, only, longest: LONGEST });
      if (!page) this.#stream.again();
      else if (search === this.search && only === this.only) {
        const begins = only ? from : Math.max(0, (page.lines[0]?.number ?? start) - page.state.first);
        const shortened = new Set(page.shortened);
        this.state = page.state;
        this.count = page.rows;
        this.matches = page.matches;
        this.fault = page.fault;
        this.page = {
          from: begins,
          rows: page.lines.map((line, at) => ({
            line,
            hits: page.hits[at] ?? [],
            shortened: shortened.has(line.number),
          })),
        };
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
