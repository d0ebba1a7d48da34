/* Names and folders that are being changed in a place: which row's name is typed, what is wrong with it, and what was
   moved to the trash last. The list is read again after each change, also where nothing tells of changes. */
import type { Problem } from "../ipc/bindings";
import { asProblem } from "../ipc/error";
import type { Moving } from "../ipc/moving";
import type { Tree } from "./tree.svelte";

type Files = Pick<Moving, "makeFolder" | "moveEntries" | "renameEntry" | "trashEntries" | "restoreTrashed">;

export const folderOf = (path: string): string => path.split("/").slice(0, -1).join("/");

/** What of this can go into that folder: nothing goes into itself, or to where it is. */
export const movable = (paths: readonly string[], folder: string): string[] =>
  paths.some((path) => folder === path || folder.startsWith(`${path}/`))
    ? []
    : paths.filter((path) => folderOf(path) !== folder);

export class Changing {
  /** The row whose name is typed. */
  renaming = $state<string | null>(null);
  /** The folder in which a new one is being named. */
  making = $state<string | null>(null);
  /** What is wrong with the name that is typed. */
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);
  /** What was cut, to be moved to where it is put down. */
  cut = $state.raw<readonly string[]>([]);
  /** What can be brought back by one step. */
  undoable = $state.raw<readonly string[]>([]);

  #backend: Files;
  #place: number;
  #tree: Pick<Tree, "refresh">;

  constructor(backend: Files, place: number, tree: Pick<Tree, "refresh">) {
    this.#backend = backend;
    this.#place = place;
    this.#tree = tree;
  }

  beginRename(path: string): void {
    this.cancel();
    this.renaming = path;
  }
  beginFolder(folder: string): void {
    this.cancel();
    this.making = folder;
  }
  cancel(): void {
    this.renaming = null;
    this.making = null;
    this.problem = null;
  }

  /** Gives the new path; `null` where the name will not do, which is said at the field. */
  rename(name: string): Promise<string | null> {
    const path = this.renaming;
    if (path === null) return Promise.resolve(null);
    return this.#name(folderOf(path), () => this.#backend.renameEntry(this.#place, path, name));
  }
  makeFolder(name: string): Promise<string | null> {
    const folder = this.making;
    if (folder === null) return Promise.resolve(null);
    return this.#name(folder, () => this.#backend.makeFolder(this.#place, folder, name));
  }
  /** Moves things into another folder; gives where they are now. */
  async move(paths: readonly string[], folder: string): Promise<readonly string[]> {
    const there = await this.#backend.moveEntries(this.#place, paths, folder);
    this.cut = this.cut.filter((path) => !paths.includes(path));
    await this.#tree.refresh([...paths.map(folderOf), folder]);
    return there;
  }
  /** Moves things into the trash; gives what brings them back. */
  async trash(paths: readonly string[]): Promise<readonly string[]> {
    const ids = await this.#backend.trashEntries(this.#place, paths);
    this.undoable = ids;
    await this.#tree.refresh(paths.map(folderOf));
    return ids;
  }
  /** Brings things back; gives where they are now. */
  async bringBack(ids: readonly string[]): Promise<readonly string[]> {
    const paths = await this.#backend.restoreTrashed(this.#place, ids);
    this.undoable = this.undoable.filter((id) => !ids.includes(id));
    await this.#tree.refresh(paths.map(folderOf));
    return paths;
  }

  async #name(folder: string, ask: () => Promise<string>): Promise<string | null> {
    if (this.busy) return null;
    this.busy = true;
    this.problem = null;
    try {
      const path = await ask();
      await this.#tree.refresh([folder]);
      this.cancel();
      return path;
    } catch (thrown) {
      this.problem = asProblem(thrown);
      return null;
    } finally {
      this.busy = false;
    }
  }
}
