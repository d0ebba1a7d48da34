/* Heights of rows that are known only once they are drawn: every row is guessed until it is measured. Sums are kept
   in a Fenwick tree of the differences from the guess, so that a list of any length answers at once. */

export class Heights {
  #guess: number;
  #count: number;
  #measured: Float64Array;
  #sums: Float64Array;

  constructor(count: number, guess: number) {
    this.#count = count;
    this.#guess = guess;
    this.#measured = new Float64Array(count).fill(guess);
    this.#sums = new Float64Array(count + 1);
  }

  get count(): number {
    return this.#count;
  }

  get total(): number {
    return this.top(this.#count);
  }

  /** Where a row begins, in pixels from the first. */
  top(row: number): number {
    let sum = 0;
    for (let at = Math.min(row, this.#count); at > 0; at -= at & -at) sum += this.#sums[at] ?? 0;
    return Math.min(row, this.#count) * this.#guess + sum;
  }

  /** Takes a measured height; gives by how much the row grew. */
  set(row: number, height: number): number {
    if (row < 0 || row >= this.#count) return 0;
    const grown = height - (this.#measured[row] ?? this.#guess);
    if (grown === 0) return 0;
    this.#measured[row] = height;
    for (let at = row + 1; at <= this.#count; at += at & -at) this.#sums[at] = (this.#sums[at] ?? 0) + grown;
    return grown;
  }

  /** The row at this distance from the top. */
  at(distance: number): number {
    let low = 0;
    let high = Math.max(0, this.#count - 1);
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.top(middle) <= distance) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
