/* Keeps one stream alive. Streams are hints: on some web views a message can be lost, and the other side can end.
   Messages are numbered from 1 on, and each is acknowledged once taken in. A gap closes the stream and opens it
   again, which begins with the whole truth. A lost last message leaves no gap, so after 10 s of silence, and when
   the window is looked at again, the stream is asked how far it is; while it stays silent, less and less often. */
import type { Numbered, OpenStream, Receive } from "./backend";
import type { Problem } from "./bindings";
import { asProblem } from "./error";

export type Opener<Payload, Handle extends OpenStream> = (receive: Receive<Payload>) => Promise<Handle>;

const FIRST_WAIT = 250;
const LONGEST_WAIT = 5000;
export const SILENCE = 10_000;
const LONGEST_SILENCE = 60_000;

export class Stream<Payload, Handle extends OpenStream = OpenStream> {
  /** Why it could not be opened; `null` while it is well or not yet tried. */
  problem = $state.raw<Problem | null>(null);
  /** The open stream, for those that can be asked (`OpenLog`). */
  handle = $state.raw<Handle | null>(null);
  /** Kept as soon as the first message is taken in. */
  readonly first: Promise<void>;

  #open: Opener<Payload, Handle>;
  #take: (payload: Payload) => void;
  #tookFirst: () => void = () => undefined;
  /** Called when the other side has ended the stream; `false` opens it again. */
  #ended: () => boolean;
  /** Grows with each opening; messages of an earlier one are ignored. */
  #turn = 0;
  #taken = 0;
  #wait = FIRST_WAIT;
  #silence = SILENCE;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running = false;
  #looked = () => {
    if (!document.hidden) void this.#askPosition();
  };

  constructor(
    open: Opener<Payload, Handle>,
    take: (payload: Payload) => void,
    ended: () => boolean = () => false,
  ) {
    this.#open = open;
    this.#take = take;
    this.#ended = ended;
    this.first = new Promise((done) => {
      this.#tookFirst = done;
    });
  }

  /** Opens it; returns what closes it, made for `$effect`. */
  start(): () => void {
    if (!this.#running) {
      this.#running = true;
      this.#wait = FIRST_WAIT;
      document.addEventListener("visibilitychange", this.#looked);
      void this.#begin();
    }
    return () => this.stop();
  }

  stop(): void {
    document.removeEventListener("visibilitychange", this.#looked);
    this.#running = false;
    this.#close();
  }

  /** Closes and opens again: fetches the truth. */
  again(): void {
    if (!this.#running) return;
    this.#close();
    void this.#begin();
  }

  #close(): void {
    this.#turn += 1;
    clearTimeout(this.#timer);
    this.handle?.close();
    this.handle = null;
  }

  async #begin(): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    const early: Numbered<Payload>[] = [];
    this.#taken = 0;
    try {
      const handle = await this.#open((message) => {
        if (turn !== this.#turn) return;
        if (this.handle) this.#receive(message);
        else early.push(message);
      });
      if (turn !== this.#turn) {
        handle.close();
        return;
      }
      this.handle = handle;
      this.problem = null;
      this.#wait = FIRST_WAIT;
      this.#silence = SILENCE;
      this.#listen();
      for (const message of early) if (turn === this.#turn) this.#receive(message);
    } catch (thrown) {
      if (turn !== this.#turn) return;
      this.problem = asProblem(thrown);
      this.#later();
    }
  }

  #receive(message: Numbered<Payload>): void {
    if (message.number <= this.#taken) return;
    if (message.number > this.#taken + 1) {
      this.again();
      return;
    }
    this.#taken = message.number;
    this.#silence = SILENCE;
    this.#listen();
    this.#take(message.payload);
    this.#tookFirst();
    this.handle?.acknowledge(message.number);
  }

  #listen(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#askPosition(), this.#silence);
  }

  async #askPosition(): Promise<void> {
    const turn = this.#turn;
    const taken = this.#taken;
    if (!this.handle) return;
    const position = await this.handle.position().catch(() => null);
    if (turn !== this.#turn || !this.handle) return;
    if (position === null && this.#ended()) this.#close();
    else if (position === null || (position > taken && this.#taken === taken)) this.again();
    else {
      this.#silence = Math.min(4 * this.#silence, LONGEST_SILENCE);
      this.#listen();
    }
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#begin(), this.#wait);
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
  }
}
