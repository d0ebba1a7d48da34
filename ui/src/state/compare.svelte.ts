/* Two files to be set side by side. The first is chosen on one page and kept while the other is looked for, maybe in
   another place. */
import type { Comparison, Place, Problem } from "../ipc/bindings";
import { asProblem } from "../ipc/error";
import type { Places } from "../ipc/places";
import type { Previews } from "../ipc/previews";

/** A file, wherever it lies. */
export interface PlacedFile {
  place: Place;
  /** As the engine names it. */
  path: string;
}

const keyOf = (place: Place): string =>
  place.kind === "volume" ? `volume ${place.name}` : `folder ${place.path}`;
export const isSameFile = (one: PlacedFile, other: PlacedFile): boolean =>
  one.path === other.path && keyOf(one.place) === keyOf(other.place);

/** The first of the two, while the other is looked for. */
export class Chosen {
  first = $state.raw<PlacedFile | null>(null);

  /** Whether this file can be the other one. */
  takes(file: PlacedFile): boolean {
    return this.first !== null && !isSameFile(this.first, file);
  }
}

type Asked = Pick<Places, "openPlace" | "closePlace"> & Pick<Previews, "compareFiles">;

/** Two files side by side, while their page is open. */
export class SideBySide {
  found = $state.raw<Comparison | null>(null);
  problem = $state.raw<Problem | null>(null);
  loading = $state(false);

  #backend: Asked;
  #files: readonly [PlacedFile, PlacedFile];
  #turn = 0;

  constructor(backend: Asked, left: PlacedFile, right: PlacedFile) {
    this.#backend = backend;
    this.#files = [left, right];
  }

  /** Reads both; made for `$effect`. An answer that comes after the page was left is dropped. */
  start(): () => void {
    void this.read();
    return () => {
      this.#turn += 1;
    };
  }

  /** Opens the places for the time of reading; what is shown stays until the new is here. */
  async read(): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    this.loading = true;
    const opened: number[] = [];
    try {
      const [left, right] = this.#files;
      const one = (await this.#backend.openPlace(left.place)).id;
      opened.push(one);
      let other = one;
      if (keyOf(left.place) !== keyOf(right.place)) {
        other = (await this.#backend.openPlace(right.place)).id;
        opened.push(other);
      }
      if (turn !== this.#turn) return;
      const found = await this.#backend.compareFiles(one, left.path, other, right.path);
      if (turn === this.#turn) [this.found, this.problem] = [found, null];
    } catch (thrown) {
      if (turn === this.#turn) [this.found, this.problem] = [null, asProblem(thrown)];
    } finally {
      if (turn === this.#turn) this.loading = false;
      // What cannot be closed is closed by the engine's side when nobody asks for it any more.
      for (const place of opened) void this.#backend.closePlace(place).catch(() => undefined);
    }
  }
}
