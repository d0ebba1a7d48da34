/* A pasted command that is being read. The text and the answers to its variables are only in memory: a command may
   carry a password. Reading waits for a pause in the typing, and an answer about an older text is dropped. It
   outlives its page, so that the way back from the wizard finds the command as it was. */
import type { Backend } from "../ipc/backend";
import type { PastedCommand, Problem } from "../ipc/bindings";
import { asProblem } from "../ipc/error";

/** Reading while typing waits this long for the next key. */
export const PAUSE = 200;

export class Paste {
  /** What was read last, and the text that it is about; parts are places in that text. */
  read = $state.raw<PastedCommand | null>(null);
  readText = $state.raw("");
  /** Why it could not be read at all. */
  problem = $state.raw<Problem | null>(null);
  reading = $state(false);
  #text = $state("");
  #answers = $state<Record<string, string>>({});

  #backend: Backend;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #turn = 0;
  #asked = "";
  #current: Promise<void> = Promise.resolve();

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  get text(): string {
    return this.#text;
  }
  set text(text: string) {
    if (text === this.#text) return;
    this.#text = text;
    this.#soon();
  }

  /** The person's answer for a variable of the command; nothing while what was proposed stands. */
  answer(name: string): string | undefined {
    return this.#answers[name];
  }
  put(name: string, value: string): void {
    if (this.#answers[name] === value) return;
    this.#answers[name] = value;
    this.#soon();
  }

  /** Another text in place of this one, read at once. */
  take(text: string): void {
    this.#answers = {};
    this.#text = text;
    void this.now();
  }
  clear(): void {
    this.take("");
  }

  /** Reads what stands there now, unless just that is known or on its way. */
  now(): Promise<void> {
    clearTimeout(this.#timer);
    const text = this.#text;
    const answers = $state.snapshot(this.#answers);
    const asked = JSON.stringify([text, answers]);
    if (asked !== this.#asked) {
      this.#asked = asked;
      this.#current = this.#ask(text, answers);
    }
    return this.#current;
  }

  /** The page is left. */
  leave(): void {
    clearTimeout(this.#timer);
  }

  #soon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.now(), PAUSE);
  }

  async #ask(text: string, answers: Record<string, string>): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    this.reading = text.trim() !== "";
    try {
      const read = this.reading ? await this.#backend.readCommand(text, answers) : null;
      if (turn !== this.#turn) return this.#current;
      this.read = read;
      this.readText = text;
      this.problem = null;
    } catch (thrown) {
      if (turn !== this.#turn) return this.#current;
      this.problem = asProblem(thrown);
      this.#asked = "";
    }
    this.reading = false;
  }
}
