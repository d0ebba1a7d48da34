/* The items of something long, of which only those on screen are asked for. They come in pages that are kept while
   they are near; while their number is not known yet, it is asked again until it is. */
import type { Problem } from "../ipc/bindings";
import { asProblem } from "../ipc/error";

export interface Page<Item> {
  items: readonly Item[];
  /** As known now. */
  total: number | null;
}
export type AskPage<Item> = (from: number, count: number) => Promise<Page<Item>>;

/** Pages kept; the ones furthest from the view go first. */
const KEPT = 24;
const AGAIN = 700;

export class Ranges<Item> {
  /** Why a page could not be read; the next one that can takes it away. */
  problem = $state.raw<Problem | null>(null);
  #total = $state.raw<number | null>(null);
  /** How many there are at least, while they are still counted. */
  #seen = $state.raw(0);
  #pages = $state.raw<ReadonlyMap<number, readonly Item[]>>(new Map());

  #ask: AskPage<Item>;
  #size: number;
  #asked = new Set<number>();
  #near = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #over = false;

  constructor(ask: AskPage<Item>, total: number | null, size = 100) {
    this.#ask = ask;
    this.#size = size;
    this.#total = total;
    this.#seen = total ?? size;
  }

  /** `null` while they are counted. */
  get total(): number | null {
    return this.#total;
  }
  /** Rows to make room for. */
  get count(): number {
    return this.#total ?? this.#seen;
  }

  at(index: number): Item | undefined {
    return this.#pages.get(Math.floor(index / this.#size))?.[index % this.#size];
  }

  /** Says what is on screen, the end not included. */
  show(from: number, to: number): void {
    const first = Math.floor(Math.max(0, from) / this.#size);
    const last = Math.floor(Math.max(from, to - 1) / this.#size);
    this.#near = (first + last) / 2;
    for (let page = first; page <= last; page += 1) void this.#fetch(page);
  }

  /** Reads what failed again. */
  again(): void {
    this.problem = null;
    void this.#fetch(Math.floor(this.#near));
  }

  /** Nothing is asked from now on. */
  stop(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }

  async #fetch(page: number, anew = false): Promise<void> {
    if (this.#over || this.#asked.has(page) || (!anew && this.#pages.has(page))) return;
    if (this.#total !== null && page * this.#size >= this.#total && page > 0) return;
    this.#asked.add(page);
    try {
      const { items, total } = await this.#ask(page * this.#size, this.#size);
      if (this.#over) return;
      this.#take(page, items, total);
      this.problem = null;
    } catch (thrown) {
      if (!this.#over) this.problem = asProblem(thrown);
    } finally {
      this.#asked.delete(page);
    }
  }

  #take(page: number, items: readonly Item[], total: number | null): void {
    const pages = new Map(this.#pages).set(page, items);
    if (pages.size > KEPT) {
      const far = [...pages.keys()].sort(
        (one, two) => Math.abs(two - this.#near) - Math.abs(one - this.#near),
      );
      for (const one of far.slice(0, pages.size - KEPT)) pages.delete(one);
    }
    this.#pages = pages;
    if (total !== null) this.#total = total;
    if (this.#total !== null) return;
    const end = page * this.#size + items.length;
    // A full page has one more behind it, as far as anybody knows.
    this.#seen = Math.max(this.#seen, items.length < this.#size ? end : end + this.#size);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#fetch(page, true), AGAIN);
  }
}
