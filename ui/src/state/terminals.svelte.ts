/* The terminals of one lab, as tabs show them, and the output of the one that is drawn. The terminals themselves live
   in Rust: leaving the page ends nothing, and coming back reads from the beginning of what is kept. */
import type { Backend } from "../ipc/backend";
import type { Problem, TerminalKind, TerminalRow, TerminalSize, TerminalState } from "../ipc/bindings";
import { asProblem } from "../ipc/error";
import { Stream } from "../ipc/stream.svelte";

export class Terminals {
  rows = $state.raw<readonly TerminalRow[]>([]);
  active = $state<number | null>(null);
  loaded = $state(false);
  opening = $state(false);
  /** Why the last one could not be opened. */
  problem = $state.raw<Problem | null>(null);
  readonly shown = $derived(this.rows.find((row) => row.id === this.active) ?? null);

  #backend: Backend;
  #lab: string;

  constructor(backend: Backend, lab: string) {
    this.#backend = backend;
    this.#lab = lab;
  }

  async load(): Promise<void> {
    try {
      this.rows = await this.#backend.listTerminals(this.#lab);
      if (!this.shown) this.active = this.rows.at(-1)?.id ?? null;
    } catch (thrown) {
      this.problem = asProblem(thrown);
    } finally {
      this.loaded = true;
    }
  }

  async open(kind: TerminalKind, size: TerminalSize): Promise<void> {
    if (this.opening) return;
    this.opening = true;
    this.problem = null;
    try {
      const row = await this.#backend.openTerminal(this.#lab, { kind, size });
      this.rows = [...this.rows, row];
      this.active = row.id;
    } catch (thrown) {
      this.problem = asProblem(thrown);
    } finally {
      this.opening = false;
    }
  }

  /** Closes one; the tab beside it is shown next. */
  async close(id: number): Promise<void> {
    const at = this.rows.findIndex((row) => row.id === id);
    if (at < 0) return;
    this.rows = this.rows.filter((row) => row.id !== id);
    if (this.active === id) this.active = (this.rows[at] ?? this.rows[at - 1])?.id ?? null;
    await this.#backend.closeTerminal(id).catch(() => undefined);
  }
}

/** Reads a terminal's output piece by piece, each when the one before is drawn: what draws slowly gets fewer. */
export class TerminalFeed {
  state = $state.raw<TerminalState | null>(null);
  /** What was there when the page came has been drawn; only then does the terminal answer what the output asks it. */
  live = $state(false);

  #stream: Stream<TerminalState>;
  #backend: Backend;
  #id: number;
  #draw: (bytes: Uint8Array) => Promise<void>;
  #position = 0;
  #until: number | null = null;
  #drawing = false;
  #stopped = false;
  #typing: Promise<void> = Promise.resolve();
  /** Typed before the terminal was live. */
  #early = "";

  constructor(backend: Backend, id: number, draw: (bytes: Uint8Array) => Promise<void>) {
    this.#backend = backend;
    this.#id = id;
    this.#draw = draw;
    this.#stream = new Stream(
      (receive) => backend.followTerminal(id, receive),
      (state) => {
        this.state = state;
        this.#until ??= state.end;
        void this.#pump();
      },
      () => true,
    );
  }

  start(): () => void {
    const stop = this.#stream.start();
    return () => {
      this.#stopped = true;
      stop();
    };
  }

  /** Types, in the order in which it was typed. What older output asks the terminal was answered when it was new, so
      answers (they begin with Escape) are left out until all of that is drawn; what a person types by then waits. */
  write(text: string): void {
    if (!this.live) {
      if (!text.startsWith("\u001b")) this.#early += text;
      return;
    }
    this.#typing = this.#typing
      .then(() => this.#backend.writeTerminal(this.#id, text))
      .catch(() => undefined);
  }

  #settle(): void {
    if (this.live || this.#position < (this.#until ?? 0)) return;
    this.live = true;
    const early = this.#early;
    this.#early = "";
    if (early) this.write(early);
  }

  async #pump(): Promise<void> {
    if (this.#drawing) return;
    this.#drawing = true;
    try {
      while (!this.#stopped && this.state && this.#position < this.state.end) {
        const piece = await this.#backend.readTerminal(this.#id, this.#position);
        if (!piece || this.#stopped) return;
        if (piece.next <= this.#position && piece.bytes.length === 0) return;
        this.#position = piece.next;
        await this.#draw(piece.bytes);
        this.#settle();
      }
      this.#settle();
    } catch {
      // The stream notices that the other side is gone.
    } finally {
      this.#drawing = false;
    }
  }
}
