/* A small text while it is edited: what was read, what is typed, and what happens when the lab has written the file
   meanwhile. What was typed goes only by a choice of the person. */
import type { EditedText, Problem } from "../ipc/bindings";
import { asProblem } from "../ipc/error";
import type { Moving } from "../ipc/moving";
import { folderOf } from "./changing.svelte";

/** Larger texts are not edited here. In bytes. */
export const LARGEST = 1024 * 1024;

type Texts = Pick<Moving, "readText" | "saveText" | "createText">;

/** A name that says whose it is: `notes.md` becomes `notes (mine).md`, then `notes (mine 2).md`. */
export function copyName(name: string, time: number): string {
  const dot = name.lastIndexOf(".");
  const [stem, end] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
  return `${stem} (mine${time > 1 ? ` ${time}` : ""})${end}`;
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
  /** Grows with each save. */
  saves = $state(0);
  /** What leaving has to wait for: the person has been asked. */
  leaving = $state.raw<(() => void) | null>(null);

  #read = $state.raw<EditedText | null>(null);
  #before = $state("");
  #backend: Texts;
  #place: number;
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
  /** Puts what was typed into a file of its own beside it, and goes on with that one. `name` is the file's, as it is
      shown. Gives the copy's path. */
  async saveCopy(name: string): Promise<string | null> {
    const { path, text } = this;
    if (path === null || this.busy !== null) return null;
    for (let time = 1; time <= COPIES; time += 1) {
      const made = await this.#ask(() =>
        this.#backend.createText(this.#place, folderOf(path), copyName(name, time), text),
      );
      if (made !== null) {
        this.path = made.path;
        this.#saved({ ...made, text: "" }, text);
        return made.path;
      }
      if (this.problem?.kind !== "nameTaken") return null;
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
  }

  #take(read: EditedText): void {
    this.#read = read;
    this.text = this.#before = read.text;
    this.theirs = null;
  }
  #saved(read: EditedText, before: string): void {
    this.#read = read;
    this.#before = before;
    this.theirs = null;
    this.saves += 1;
  }
  async #save(over: EditedText | null): Promise<boolean> {
    if (!over || this.path === null || this.busy !== null) return false;
    const typed = this.text;
    const edited = { path: this.path, text: typed, version: over.version };
    const outcome = await this.#ask(() => this.#backend.saveText(this.#place, edited));
    if (outcome === null) return false;
    if (outcome.outcome === "overtaken") {
      this.theirs = { now: outcome.now, changed: outcome.changed };
      return false;
    }
    this.#saved({ ...over, version: outcome.version }, typed);
    return true;
  }
  async #ask<Answer>(what: () => Promise<Answer>): Promise<Answer | null> {
    const turn = this.#turn;
    this.problem = null;
    this.busy = "saving";
    try {
      const answer = await what();
      return turn === this.#turn ? answer : null;
    } catch (thrown) {
      if (turn === this.#turn) this.problem = asProblem(thrown);
      return null;
    } finally {
      if (turn === this.#turn) this.busy = null;
    }
  }
}
