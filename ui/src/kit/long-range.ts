/* Rows of one height in lists of any length. Web views stop at some 33 million pixels, which is less than the lines
   of a large log need; beyond `TALLEST` the scroll bar therefore stands for the whole list instead of its pixels. */
import { OVERSCAN, type RowRange } from "./visible-range";

export const TALLEST = 16_000_000;

export interface LongRange extends RowRange {
  /** Height of the whole, in pixels. */
  tall: number;
  /** Where the first drawn row begins, in pixels from the top of the whole. */
  down: number;
}

export function longRange(
  top: number,
  height: number,
  rowHeight: number,
  count: number,
  overscan = OVERSCAN,
): LongRange {
  const whole = count * rowHeight;
  const tall = Math.min(whole, TALLEST);
  const way = Math.max(1, tall - height);
  const at = Math.max(0, Math.min(top, way));
  const first = ((at / way) * Math.max(0, whole - height)) / rowHeight;
  const from = Math.max(0, Math.min(Math.floor(first) - overscan, count));
  const to = Math.max(from, Math.min(count, Math.ceil(first + height / rowHeight) + overscan));
  return { from, to, tall, down: at - (first - from) * rowHeight };
}

/** The scroll position at which a row is the first in view. */
export function topOf(row: number, height: number, rowHeight: number, count: number): number {
  const whole = count * rowHeight;
  const tall = Math.min(whole, TALLEST);
  const far = Math.max(1, whole - height);
  return Math.min(1, Math.max(0, (row * rowHeight) / far)) * Math.max(0, tall - height);
}
