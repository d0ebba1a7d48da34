/* Where the rows of a log stand. A row is 20 pixels high until it is wrapped and measured. Rows are known by the place
   that they have in the whole log, so that a measured height stays with its row while older rows go. */
import { Heights } from "$kit";

export const ROW = 20;
/** A ring keeps 50,000 lines; the rest is room before everything has to be moved. */
const ROOM = 131_072;

export class RowHeights {
  #heights = new Heights(ROOM, ROW);
  /** The place that is the first one in the table. */
  #base = 0;
  #first = 0;
  #count = 0;

  /** The rows that there are now; gives by how much all moved up because older ones went. */
  settle(first: number, count: number): number {
    const gone = first > this.#first ? this.top(Math.min(first - this.#first, this.#count)) : 0;
    if (first < this.#base || first + count - this.#base > ROOM) {
      this.#heights = new Heights(ROOM, ROW);
      this.#base = first;
    }
    this.#first = first;
    this.#count = count;
    return gone;
  }

  /** Nothing is wrapped, or the width is another. */
  forget(): void {
    this.#heights = new Heights(ROOM, ROW);
  }

  get total(): number {
    return this.top(this.#count);
  }

  /** Where a row begins, counted from the first one that there is. */
  top(row: number): number {
    const at = this.#first - this.#base;
    return this.#heights.top(at + row) - this.#heights.top(at);
  }

  /** The row at this distance from the first one. */
  at(distance: number): number {
    const at = this.#first - this.#base;
    const row = this.#heights.at(distance + this.#heights.top(at)) - at;
    return Math.max(0, Math.min(row, this.#count - 1));
  }

  /** Takes a measured height; gives by how much the row grew. */
  set(row: number, height: number): number {
    return this.#heights.set(this.#first - this.#base + row, height);
  }
}
