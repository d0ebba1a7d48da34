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
      this.problem = null;
      this.loaded = true;
    } catch (thrown) {
      if (turn === this.#turn) this.problem = asProblem(thrown);
    }
  }
}
