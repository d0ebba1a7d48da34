/* Which rows of a long list are worth drawing: those in view and ten on either side. */

export const OVERSCAN = 10;

export interface RowRange {
  /** First row drawn. */
  from: number;
  /** One past the last row drawn. */
  to: number;
}

export function visibleRange(
  top: number,
  height: number,
  rowHeight: number,
  count: number,
  overscan = OVERSCAN,
): RowRange {
  const first = Math.floor(Math.max(0, top) / rowHeight);
  const last = Math.ceil((Math.max(0, top) + height) / rowHeight);
  const from = Math.max(0, Math.min(first - overscan, count));
  return { from, to: Math.max(from, Math.min(count, last + overscan)) };
}
