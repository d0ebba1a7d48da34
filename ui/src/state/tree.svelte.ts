/* The rows of a place as a tree: one folder, and whichever folders below it are unfolded. Of each only the rows on
   screen are asked for. Rows are counted through, so that a list of any length can be scrolled. */
import type { Entry, FolderOrder, FolderPage, Problem } from "../ipc/bindings";
import { asProblem } from "../ipc/error";
import type { Places } from "../ipc/places";

export interface TreeRow {
  entry: Entry;
  /** 0 in the folder itself. */
  depth: number;
  /** The folder that it lies in. */
  folder: string;
  /** Its place in that folder, from 0. */
  index: number;
}
/** Rows that follow one another in one folder. */
export interface Run {
  folder: string;
  depth: number;
  /** The first row of the run in its folder. */
  from: number;
  count: number;
  /** The first row of the run in the whole list. */
  at: number;
}
export interface Unfolded {
  total: number;
  /** Rows whose folders are unfolded: position in this folder, and path. */
  open: readonly { index: number; path: string }[];
}

export const PAGE = 100;
/** Pages kept of one folder. */
const KEPT = 24;

/** The list cut into runs, each of one folder. */
export function runsOf(root: string, folders: ReadonlyMap<string, Unfolded>): Run[] {
  const runs: Run[] = [];
  let at = 0;
  const walk = (folder: string, depth: number, above: ReadonlySet<string>) => {
    const known = folders.get(folder);
    if (!known || above.has(folder)) return;
    let from = 0;
    for (const { index, path } of [...known.open].sort((one, two) => one.index - two.index)) {
      if (index < from || index >= known.total) continue;
      runs.push({ folder, depth, from, count: index + 1 - from, at });
      at += index + 1 - from;
      from = index + 1;
      walk(path, depth + 1, new Set([...above, folder]));
    }
    if (known.total > from) {
      runs.push({ folder, depth, from, count: known.total - from, at });
      at += known.total - from;
    }
  };
  walk(root, 0, new Set());
  return runs;
}

/** The run that a row of the list belongs to. */
export function runAt(runs: readonly Run[], row: number): Run | undefined {
  let [low, high] = [0, runs.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const run = runs[middle];
    if (!run) return undefined;
    if (row < run.at) high = middle - 1;
    else if (row >= run.at + run.count) low = middle + 1;
    else return run;
  }
  return undefined;
}

interface Folder {
  total: number;
  hidden: number;
  largest: number;
  revision: number;
  pages: Map<number, readonly Entry[]>;
}

export class Tree {
  root = $state("");
  order = $state<FolderOrder>("name");
  descending = $state(false);
  hidden = $state(false);
  /** Why the folder itself cannot be read. */
  problem = $state.raw<Problem | null>(null);
  /** Folders that could not be read, with the reason. */
  refused = $state.raw<ReadonlyMap<string, Problem>>(new Map());
  #folders = $state.raw<ReadonlyMap<string, Folder>>(new Map());
  #unfolded = $state.raw<ReadonlySet<string>>(new Set());

  #backend: Pick<Places, "listFolder">;
  #place: number;
  /** What is being read, and what is to be read once more after that. */
  #asked = new Map<string, Promise<void>>();
  #again = new Map<string, Promise<void>>();
  /** Grows when everything is asked anew; answers of before are dropped. */
  #turn = 0;

  constructor(backend: Pick<Places, "listFolder">, place: number) {
    this.#backend = backend;
    this.#place = place;
  }

  readonly #runs = $derived.by(() => {
    const folders = new Map<string, Unfolded>();
    for (const [path, folder] of this.#folders) {
      const open: { index: number; path: string }[] = [];
      for (const [page, entries] of folder.pages)
        for (const [at, entry] of entries.entries())
          if (this.#unfolded.has(entry.path)) open.push({ index: page * PAGE + at, path: entry.path });
      folders.set(path, { total: folder.total, open });
    }
    return runsOf(this.root, folders);
  });

  get count(): number {
    const last = this.#runs.at(-1);
    return last ? last.at + last.count : 0;
  }
  get loaded(): boolean {
    return this.#folders.has(this.root);
  }
  /** Names that begin with a dot and are left out of the folder itself. */
  get left(): number {
    return this.#folders.get(this.root)?.hidden ?? 0;
  }
  /** Folders whose rows are in the list. */
  get shown(): string[] {
    return [...new Set([this.root, ...this.#runs.map((run) => run.folder)])];
  }

  at(row: number): TreeRow | undefined {
    const run = runAt(this.#runs, row);
    if (!run) return undefined;
    const index = run.from + row - run.at;
    const entry = this.#folders.get(run.folder)?.pages.get(Math.floor(index / PAGE))?.[index % PAGE];
    return entry ? { entry, depth: run.depth, folder: run.folder, index } : undefined;
  }
  /** Bytes of the largest row beside this one. */
  largest(folder: string): number {
    return this.#folders.get(folder)?.largest ?? 0;
  }
  isUnfolded(path: string): boolean {
    return this.#unfolded.has(path);
  }
  /** The row of a path, where it is known. */
  rowOf(path: string): number | null {
    for (const run of this.#runs) {
      const folder = this.#folders.get(run.folder);
      for (let index = run.from; index < run.from + run.count; index += 1) {
        const page = folder?.pages.get(Math.floor(index / PAGE));
        if (!page) {
          index = (Math.floor(index / PAGE) + 1) * PAGE - 1;
          continue;
        }
        if (page[index % PAGE]?.path === path) return run.at + index - run.from;
      }
    }
    return null;
  }

  /** The things of these rows, the end not included; those that are not known yet are asked for. */
  async entries(from: number, to: number): Promise<Entry[]> {
    const runs = this.#runs;
    const found: Entry[] = [];
    for (let row = from; row < to; ) {
      const run = runAt(runs, row);
      if (!run) break;
      const index = run.from + row - run.at;
      const page = Math.floor(index / PAGE);
      const count = Math.min(run.at + run.count - row, PAGE - (index % PAGE), to - row);
      const known = this.#folders.get(run.folder)?.pages.get(page);
      const rows = known ?? (await this.#ask(run.folder, page)).rows;
      found.push(...rows.slice(index % PAGE, (index % PAGE) + count));
      row += count;
    }
    return found;
  }

  /** Shows another folder, or the same one in another order. */
  show(root: string): void {
    this.root = root;
    this.reload();
  }
  reload(): void {
    this.#turn += 1;
    this.#asked.clear();
    this.#again.clear();
    this.problem = null;
    this.refused = new Map();
    const before = this.#unfolded;
    this.#folders = new Map();
    void this.#fetch(this.root, 0);
    for (const path of before) if (path !== this.root) void this.#fetch(path, 0);
  }
  toggle(path: string): void {
    const next = new Set(this.#unfolded);
    if (!next.delete(path)) {
      next.add(path);
      void this.#fetch(path, 0);
    }
    this.#unfolded = next;
  }
  /** What is on screen, the end not included. */
  need(from: number, to: number): void {
    for (let row = from; row < to; ) {
      const run = runAt(this.#runs, row);
      if (!run) return;
      const index = run.from + row - run.at;
      void this.#fetch(run.folder, Math.floor(index / PAGE));
      row += Math.min(run.at + run.count - row, PAGE - (index % PAGE));
    }
  }
  /** Where folders stand now; those that moved on are read again, what is shown stays until then. */
  take(revisions: readonly { folder: string; revision: number }[]): void {
    for (const { folder, revision } of revisions) {
      const known = this.#folders.get(folder);
      if (known && revision > known.revision)
        for (const page of known.pages.keys()) void this.#fetch(folder, page, true);
    }
  }

  /** Reads these folders again, after something in them was changed from here. */
  async refresh(folders: readonly string[]): Promise<void> {
    const asked = [...new Set(folders)].flatMap((folder) => {
      const pages = [...(this.#folders.get(folder)?.pages.keys() ?? [])];
      return pages.map((page) => this.#fetch(folder, page, true));
    });
    await Promise.all(asked);
  }

  #fetch(folder: string, page: number, anew = false): Promise<void> {
    const key = `${page}/${folder}`;
    const under = this.#asked.get(key);
    if (!under && !anew && this.#folders.get(folder)?.pages.has(page)) return Promise.resolve();
    if (!under) {
      const reading = this.#read(folder, page, key);
      this.#asked.set(key, reading);
      return reading;
    }
    if (!anew) return under;
    // What is under way may have been read before the change that this is about.
    const waiting = this.#again.get(key);
    if (waiting) return waiting;
    const turn = this.#turn;
    const next = under.then(() => {
      if (turn !== this.#turn) return;
      this.#again.delete(key);
      return this.#fetch(folder, page, true);
    });
    this.#again.set(key, next);
    return next;
  }

  async #read(folder: string, page: number, key: string): Promise<void> {
    const turn = this.#turn;
    try {
      const answer = await this.#ask(folder, page);
      if (turn === this.#turn) this.#take(folder, page, answer);
    } catch (thrown) {
      if (turn !== this.#turn) return;
      if (folder === this.root) this.problem = asProblem(thrown);
      else this.refused = new Map(this.refused).set(folder, asProblem(thrown));
    } finally {
      if (turn === this.#turn) this.#asked.delete(key);
    }
  }

  #ask(folder: string, page: number): Promise<FolderPage> {
    return this.#backend.listFolder(this.#place, {
      folder,
      order: this.order,
      descending: this.descending,
      hidden: this.hidden,
      from: page * PAGE,
      count: PAGE,
    });
  }
  #take(folder: string, page: number, answer: FolderPage): void {
    const known = this.#folders.get(folder);
    // Rows of another revision are not mixed: the order may have changed.
    const same = known && known.revision === answer.revision;
    const pages = new Map(same ? known.pages : []);
    pages.set(page, answer.rows);
    if (pages.size > KEPT) {
      const far = [...pages.keys()].sort((one, two) => Math.abs(two - page) - Math.abs(one - page));
      for (const one of far.slice(0, pages.size - KEPT)) pages.delete(one);
    }
    const next = {
      total: answer.total,
      hidden: answer.hidden,
      largest: answer.largest,
      revision: answer.revision,
      pages,
    };
    this.#folders = new Map(this.#folders).set(folder, next);
    if (folder === this.root) this.problem = null;
    if (!answer.complete) setTimeout(() => void this.#fetch(folder, page, true), 300);
  }
}
