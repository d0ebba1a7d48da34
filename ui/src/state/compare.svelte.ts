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

type Asked = Pick<Places, "openPlace" | "closePlace"> &
  Pick<Previews, "compareFiles" | "openPreview" | "previewPicture">;

/** Whether pictures are among what differs; they are asked for one by one. */
const hasPictures = (found: Comparison): boolean =>
  found.parts.some((part) => part.outputs?.some((output) => output.type === "pictures"));

/** Two files side by side, while their page is open. */
export class SideBySide {
  found = $state.raw<Comparison | null>(null);
  problem = $state.raw<Problem | null>(null);
  loading = $state(false);

  #backend: Asked;
  #files: readonly [PlacedFile, PlacedFile];
  #turn = 0;
  /** Places that stay open for the pictures, and the previews that give them. */
  #opened: readonly number[] = [];
  #previews: readonly [number, number] | null = null;

  constructor(backend: Asked, left: PlacedFile, right: PlacedFile) {
    this.#backend = backend;
    this.#files = [left, right];
  }

  /** Reads both; made for `$effect`. An answer that comes after the page was left is dropped. */
  start(): () => void {
    void this.read();
    return () => {
      this.#turn += 1;
      this.#close(this.#opened);
    };
  }

  /** The bytes of a picture of one side. */
  async picture(side: 0 | 1, key: string): Promise<ArrayBuffer> {
    if (!this.#previews) throw new Error("no pictures are known");
    return this.#backend.previewPicture(this.#previews[side], key);
  }

  /** What cannot be closed is closed by the engine's side when nobody asks for it any more. */
  #close(places: readonly number[]): void {
    for (const place of places) void this.#backend.closePlace(place).catch(() => undefined);
  }

  /** Opens the places for the time of reading, and for as long as there are pictures to be read; what is shown stays
      until the new is here. */
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
      let previews: [number, number] | null = null;
      if (turn === this.#turn && hasPictures(found))
        previews = [
          (await this.#backend.openPreview(one, left.path)).id,
          (await this.#backend.openPreview(other, right.path)).id,
        ];
      if (turn !== this.#turn) return;
      this.#close(this.#opened);
      this.#opened = previews ? opened.splice(0) : [];
      this.#previews = previews;
      [this.found, this.problem] = [found, null];
    } catch (thrown) {
      if (turn === this.#turn) [this.found, this.problem] = [null, asProblem(thrown)];
    } finally {
      if (turn === this.#turn) this.loading = false;
      this.#close(opened);
    }
  }
}
