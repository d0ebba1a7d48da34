/* A small text while it is edited: what was read, what is typed, and what happens when the lab has written the file
   meanwhile. What was typed goes only by a choice of the person. */
import type { EditedText, Problem } from "../ipc/bindings";
import { asProblem } from "../ipc/error";
import type { Moving } from "../ipc/moving";

/** Larger texts are not edited here. In bytes. */
export const LARGEST = 1024 * 1024;

type Texts = Pick<Moving, "readText" | "saveText">;

/** How lines end. A text field knows one way only, so the file's own is put back when it is saved. */
export type Ending = "\n" | "\r\n";
export function endingOf(text: string): { ending: Ending; mixed: boolean } {
  const all = text.match(/\r\n|\r|\n/g) ?? [];
  const windows = all.filter((one) => one === "\r\n").length;
  return {
    ending: windows > all.length / 2 ? "\r\n" : "\n",
    mixed: windows !== all.length && all.some((one) => one !== "\n"),
  };
}
const inField = (text: string) => text.replaceAll(/\r\n?/g, "\n");

/** A path beside another that says whose it is: `notes.md` becomes `notes (mine).md`, then `notes (mine 2).md`. */
export function copyPath(path: string, time: number): string {
  const at = path.lastIndexOf("/") + 1;
  const name = path.slice(at);
  const dot = name.lastIndexOf(".");
  const [stem, end] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
  return `${path.slice(0, at)}${stem} (mine${time > 1 ? ` ${time}` : ""})${end}`;
}
const COPIES = 20;

export class Editing {
  /** The file that is edited; `null` while none is. */
  path = $state<string | null>(null);
  /** As it stands in the field. */
  text = $state("");
  /** The file as the lab has written it meanwhile. */
  theirs = $state.raw<{ now: EditedText; changed: number | null } | null>(null);
  problem = $state.raw<Problem | null>(null);
  busy = $state<"reading" | "saving" | null>(null);
  /** The lines of the file end in several ways; a save makes them one. */
  mixed = $state(false);
  /** Grows with each save. */
  saves = $state(0);
  /** What leaving has to wait for: the person has been asked. */
  leaving = $state.raw<(() => void) | null>(null);

  #read = $state.raw<EditedText | null>(null);
  #before = $state("");
  #backend: Texts;
  #place: number;
  #ending: Ending = "\n";
  #turn = 0;

  constructor(backend: Texts, place: number) {
    this.#backend = backend;
    this.#place = place;
  }

  readonly ready = $derived(this.#read !== null);
  readonly unsaved = $derived(this.#read !== null && this.text !== this.#before);

  async begin(path: string): Promise<void> {
    this.end();
    this.path = path;
    this.busy = "reading";
    const turn = this.#turn;
    try {
      const read = await this.#backend.readText(this.#place, path);
      if (turn === this.#turn) this.#take(read);
    } catch (thrown) {
      if (turn !== this.#turn) return;
      this.problem = asProblem(thrown);
    } finally {
      if (turn === this.#turn) this.busy = null;
    }
  }

  /** Saves what is typed; true where the file holds it now. */
  save(): Promise<boolean> {
    return this.#save(this.#read);
  }
  /** Saves over what the lab has written. */
  keepMine(): Promise<boolean> {
    return this.#save(this.theirs?.now ?? this.#read);
  }
  /** Lets go of what was typed, for what the lab has written. */
  takeTheirs(): void {
    if (this.theirs) this.#take(this.theirs.now);
  }
  /** Puts what was typed into a file of its own beside it, and goes on with that one. Gives its path. */
  async saveCopy(): Promise<string | null> {
    const { path } = this;
    if (path === null || this.busy !== null) return null;
    for (let time = 1; time <= COPIES; time += 1) {
      const copy = copyPath(path, time);
      // Without a version it must not be there yet.
      const outcome = await this.#ask({ path: copy, text: this.#whole(), version: "" });
      if (outcome === null) return null;
      if (outcome.outcome === "overtaken") continue;
      this.path = copy;
      this.#saved({ path: copy, text: "", version: outcome.version }, this.text);
      return copy;
    }
    return null;
  }
  /** Closes the question; what was typed stays, and the next save asks again. */
  putOff(): void {
    this.theirs = null;
  }
  /** Does it now, or where something is not saved, when the person has said what becomes of it. */
  leave(then: () => void): void {
    if (this.unsaved) this.leaving = then;
    else {
      this.end();
      then();
    }
  }
  stay(): void {
    this.leaving = null;
  }
  /** Goes where the person wanted to, without what was typed. */
  discard(): void {
    const then = this.leaving;
    this.end();
    then?.();
  }
  /** Saves, and goes where the person wanted to; stays where it could not be saved. */
  async saveAndLeave(): Promise<void> {
    const then = this.leaving;
    const saved = await this.save();
    this.leaving = null;
    if (!saved) return;
    this.end();
    then?.();
  }
  end(): void {
    this.#turn += 1;
    this.path = null;
    this.#read = null;
    this.text = this.#before = "";
    this.theirs = null;
    this.problem = null;
    this.busy = null;
    this.leaving = null;
    this.mixed = false;
  }

  #take(read: EditedText): void {
    const { ending, mixed } = endingOf(read.text);
    this.#ending = ending;
    this.mixed = mixed;
    this.#read = read;
    this.text = this.#before = inField(read.text);
    this.theirs = null;
  }
  #whole(): string {
    return this.#ending === "\n" ? this.text : this.text.replaceAll("\n", this.#ending);
  }
  #saved(read: EditedText, before: string): void {
    this.#read = read;
    this.#before = before;
    this.theirs = null;
    this.mixed = false;
    this.saves += 1;
  }
  async #save(over: EditedText | null): Promise<boolean> {
    if (!over || this.path === null || this.busy !== null) return false;
    const typed = this.text;
    const outcome = await this.#ask({ path: this.path, text: this.#whole(), version: over.version });
    if (outcome === null) return false;
    if (outcome.outcome === "overtaken") {
      this.theirs = { now: outcome.now, changed: outcome.changed };
      return false;
    }
    this.#saved({ ...over, version: outcome.version }, typed);
    return true;
  }
  async #ask(edited: EditedText) {
    const turn = this.#turn;
    this.problem = null;
    this.busy = "saving";
    try {
      const outcome = await this.#backend.saveText(this.#place, edited);
      return turn === this.#turn ? outcome : null;
    } catch (thrown) {
      if (turn === this.#turn) this.problem = asProblem(thrown);
      return null;
    } finally {
      if (turn === this.#turn) this.busy = null;
    }
  }
}
