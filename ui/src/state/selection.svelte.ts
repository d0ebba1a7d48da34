/* What is chosen in a list of files, as in a file manager: one thing, several, or a stretch of rows. Things are known
   by their paths: rows move while the lab works. */
import type { Entry } from "../ipc/bindings";
import type { Tree } from "./tree.svelte";

/** More than this is not chosen at once: each is named to the engine. */
export const MOST = 10_000;

const within = (path: string, folder: string) => path.startsWith(`${folder}/`);

/** Paths without those that lie in another of them. */
export function topmost(paths: readonly string[]): string[] {
  const all = new Set(paths);
  return paths.filter((path) => {
    for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1))
      if (all.has(path.slice(0, at))) return false;
    return true;
  });
}

export class Selection {
  #chosen = $state.raw<ReadonlyMap<string, Entry>>(new Map());
  /** Where a stretch of rows begins. */
  #anchor = $state<string | null>(null);
  /** True where more was asked for than can be chosen at once. */
  capped = $state(false);
  #turn = 0;

  readonly entries = $derived([...this.#chosen.values()]);
  readonly size = $derived(this.#chosen.size);
  /** The one thing that is chosen, where it is one. */
  readonly single = $derived(this.size === 1 ? (this.entries[0] ?? null) : null);
  /** What an action is about: a folder stands for all in it. */
  readonly paths = $derived(topmost([...this.#chosen.keys()]));
  /** `null` where the size of something is not known. */
  readonly bytes = $derived.by(() => {
    let sum = 0;
    for (const path of this.paths) {
      const size = this.#chosen.get(path)?.size ?? null;
      if (size === null) return null;
      sum += size;
    }
    return sum;
  });

  has(path: string): boolean {
    return this.#chosen.has(path);
  }
  only(entry: Entry): void {
    this.#take([entry], entry.path);
  }
  /** Adds it, or takes it out. */
  toggle(entry: Entry): void {
    const next = new Map(this.#chosen);
    if (!next.delete(entry.path)) next.set(entry.path, entry);
    this.#take([...next.values()], entry.path);
  }
  /** Chooses from where the last choice began to this row. */
  async stretch(tree: Tree, row: number): Promise<void> {
    const anchor = this.#anchor;
    const begin = (anchor === null ? null : tree.rowOf(anchor)) ?? row;
    await this.#rows(tree, Math.min(begin, row), Math.max(begin, row) + 1, anchor);
  }
  all(tree: Tree): Promise<void> {
    return this.#rows(tree, 0, tree.count, this.#anchor);
  }
  clear(): void {
    this.#take([], null);
  }
  /** These are gone from where they were, with all in them. */
  drop(paths: readonly string[]): void {
    const left = this.entries.filter(
      (entry) => !paths.some((path) => entry.path === path || within(entry.path, path)),
    );
    if (left.length < this.size) this.#take(left, null);
  }

  async #rows(tree: Tree, from: number, to: number, anchor: string | null): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    const entries = await tree.entries(from, Math.min(to, from + MOST));
    if (turn !== this.#turn) return;
    this.#take(entries, anchor ?? entries[0]?.path ?? null);
    this.capped = to - from > MOST;
  }
  #take(entries: readonly Entry[], anchor: string | null): void {
    this.#turn += 1;
    this.#chosen = new Map(entries.map((entry) => [entry.path, entry]));
    this.#anchor = anchor;
    this.capped = false;
  }
}
