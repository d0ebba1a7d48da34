/* A volume or folder that is looked into, while its page is open: its rows, the space that is counted, a search, and
   what changes meanwhile. */
import type { Backend } from "../ipc/backend";
import type {
  OpenedPlace,
  Place,
  PlaceUpdate,
  Problem,
  SearchHit,
  SearchQuery,
  SearchState,
  SpaceMap,
  SpaceState,
} from "../ipc/bindings";
import { asProblem } from "../ipc/error";
import { Stream } from "../ipc/stream.svelte";
import { Changing } from "./changing.svelte";
import { Editing } from "./editing.svelte";
import { Selection } from "./selection.svelte";
import { Tree } from "./tree.svelte";

/** Folders that were just unfolded or left are followed together. */
const SETTLE = 150;

/** Counts what takes the space, and has the picture of one folder. */
export class Space {
  state = $state.raw<SpaceState | null>(null);
  map = $state.raw<SpaceMap | null>(null);
  problem = $state.raw<Problem | null>(null);
  folder = $state("");
  #backend: Pick<Backend, "openMeasure" | "spaceMap">;
  #place: number;
  /** Rows of folders have sizes from now on, or other ones. */
  #oncounted: () => void;
  #turn = 0;

  constructor(
    backend: Pick<Backend, "openMeasure" | "spaceMap">,
    place: number,
    oncounted: () => void = () => undefined,
  ) {
    this.#backend = backend;
    this.#place = place;
    this.#oncounted = oncounted;
  }
  start(): () => void {
    const stream = new Stream<SpaceState>(
      (receive) => this.#backend.openMeasure(this.#place, receive),
      (state) => {
        const before = this.state;
        this.state = state;
        if (state.done && !(before?.done && before.bytes === state.bytes)) this.#oncounted();
        void this.#draw();
      },
      () => this.state?.done === true,
    );
    return stream.start();
  }
  zoom(folder: string): void {
    this.folder = folder;
    void this.#draw();
  }
  async #draw(): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    try {
      const map = await this.#backend.spaceMap(this.#place, this.folder);
      if (turn === this.#turn) [this.map, this.problem] = [map, null];
    } catch (thrown) {
      if (turn === this.#turn) this.problem = asProblem(thrown);
    }
  }
}

/** One search; its hits arrive while it runs. */
export class Search {
  state = $state.raw<SearchState | null>(null);
  hits = $state.raw<readonly SearchHit[]>([]);
  problem = $state.raw<Problem | null>(null);
  /** A person ended it before it was done. */
  stopped = $state(false);
  #backend: Backend;
  #place: number;
  #end = $state.raw<(() => void) | null>(null);
  #turn = 0;
  #reading = false;

  constructor(backend: Backend, place: number) {
    this.#backend = backend;
    this.#place = place;
  }
  get running(): boolean {
    return this.#end !== null && this.state?.done !== true && this.problem === null;
  }
  start(query: SearchQuery): void {
    this.clear();
    const turn = this.#turn;
    const stream = new Stream<SearchState>(
      (receive) => this.#backend.openSearch(this.#place, query, receive),
      (state) => {
        if (turn !== this.#turn) return;
        this.state = state;
        this.problem = state.problem;
        void this.#read(turn);
      },
      () => true,
    );
    this.#end = stream.start();
  }
  /** Ends it; what was found stays. */
  stop(): void {
    this.stopped = this.running;
    this.#end?.();
    this.#end = null;
  }
  clear(): void {
    this.#turn += 1;
    this.#end?.();
    this.#end = null;
    this.stopped = false;
    this.state = null;
    this.hits = [];
    this.problem = null;
  }
  async #read(turn: number): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    try {
      while (turn === this.#turn && this.hits.length < (this.state?.hits ?? 0)) {
        const more = await this.#backend.readHits(this.#place, this.hits.length, 500);
        if (turn !== this.#turn || more.length === 0) break;
        this.hits = [...this.hits, ...more];
      }
    } catch (thrown) {
      if (turn === this.#turn) this.problem = asProblem(thrown);
    } finally {
      this.#reading = false;
      // A search that was begun meanwhile found this one reading.
      if (turn !== this.#turn && this.hits.length < (this.state?.hits ?? 0)) void this.#read(this.#turn);
    }
  }
}

/** A place that is open. */
export class LookInto {
  opened = $state.raw<OpenedPlace | null>(null);
  problem = $state.raw<Problem | null>(null);
  tree = $state.raw<Tree | null>(null);
  space = $state.raw<Space | null>(null);
  search = $state.raw<Search | null>(null);
  changing = $state.raw<Changing | null>(null);
  editing = $state.raw<Editing | null>(null);
  readonly selection = new Selection();
  /** Why what is shown is old; `null` while it is not. */
  lost = $state.raw<Problem | null>(null);
  /** Grows when the file of the preview changes. */
  fileRevision = $state(0);

  #backend: Backend;
  #place: Place;
  #over = false;
  #changes: Stream<PlaceUpdate> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopSpace: (() => void) | null = null;
  #comeback = 0;
  #followed = "";

  constructor(backend: Backend, place: Place) {
    this.#backend = backend;
    this.#place = place;
  }

  /** Opens it; returns what closes it, made for `$effect`. */
  start(): () => void {
    void this.#open();
    return () => {
      this.#over = true;
      clearTimeout(this.#timer);
      this.#changes?.stop();
      this.#stopSpace?.();
      this.search?.clear();
      if (this.opened) void this.#backend.closePlace(this.opened.id);
    };
  }
  again(): void {
    this.problem = null;
    void this.#open();
  }
  /** Reads and counts again, after work that changed the place. */
  changed(): void {
    void this.tree?.refresh(this.tree.shown);
    this.#stopSpace?.();
    this.#stopSpace = this.space?.start() ?? null;
  }
  /** Follows the folders on screen and the file that is looked at. */
  follow(folders: readonly string[], file: string | null): void {
    const key = JSON.stringify([folders, file]);
    if (key === this.#followed || !this.opened) return;
    this.#followed = key;
    clearTimeout(this.#timer);
    const { id } = this.opened;
    this.#timer = setTimeout(() => {
      this.#changes?.stop();
      if (this.#over) return;
      this.#changes = new Stream<PlaceUpdate>(
        (receive) => this.#backend.openChanges(id, folders, file, receive),
        (update) => this.#take(update),
      );
      this.#changes.start();
    }, SETTLE);
  }

  async #open(): Promise<void> {
    try {
      const opened = await this.#backend.openPlace(this.#place);
      if (this.#over) {
        void this.#backend.closePlace(opened.id);
        return;
      }
      const tree = new Tree(this.#backend, opened.id);
      this.tree = tree;
      this.changing = new Changing(this.#backend, opened.id, tree);
      this.editing = new Editing(this.#backend, opened.id);
      this.space = new Space(this.#backend, opened.id, () => void tree.refresh(tree.shown));
      this.search = new Search(this.#backend, opened.id);
      this.opened = opened;
      tree.show("");
      this.#stopSpace = this.space.start();
    } catch (thrown) {
      this.problem = asProblem(thrown);
    }
  }
  #take(update: PlaceUpdate): void {
    this.lost = update.lost;
    this.fileRevision = update.file;
    if (update.comeback > this.#comeback) {
      this.#comeback = update.comeback;
      this.tree?.reload();
      this.#stopSpace?.();
      this.#stopSpace = this.space?.start() ?? null;
    } else this.tree?.take(update.folders);
  }
}
