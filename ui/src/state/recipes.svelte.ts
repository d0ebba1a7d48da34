/* The lab catalogue as tiles. It is data of this program, joined with which images the engine has, so it is asked
   for again only when the images change. */
import type { Backend } from "../ipc/backend";
import type { Problem, RecipeTile } from "../ipc/bindings";
import { asProblem } from "../ipc/error";

export class Recipes {
  tiles = $state.raw<readonly RecipeTile[]>([]);
  loaded = $state(false);
  problem = $state.raw<Problem | null>(null);

  #backend: Backend;
  #turn = 0;
  /** Recipes whose size was asked for since the list was read. */
  #measured = new Set<string>();

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  async load(): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    try {
      const tiles = await this.#backend.listRecipes();
      if (turn !== this.#turn) return;
      this.tiles = tiles;
      this.#measured.clear();
      this.problem = null;
      this.loaded = true;
    } catch (thrown) {
      if (turn === this.#turn) this.problem = asProblem(thrown);
    }
  }

  /** How much a recipe is to download, for a tile that is looked at. Not knowing it is no problem of the list. */
  async measure(id: string): Promise<void> {
    const tile = this.tiles.find((one) => one.id === id);
    if (!tile || tile.here || tile.images.length === 0 || this.#measured.has(id)) return;
    this.#measured.add(id);
    const measured = await this.#backend.measureRecipe(id).catch(() => null);
    if (!measured) return;
    // The list may have been read anew meanwhile; only what was asked for is taken from the answer.
    const { downloadSize, sizeUnknown, cautions } = measured;
    this.tiles = this.tiles.map((one) =>
      one.id === id && !one.here ? { ...one, downloadSize, sizeUnknown, cautions } : one,
    );
  }
}
