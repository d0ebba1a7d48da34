/* Moving over tiles with the arrow keys. Rows and columns are what they look like, so that the keys lead where the
   eye expects, also from one shelf to the next. */

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The tile that an arrow key leads to from `at`; null where there is none, or where the key is no arrow. */
export function neighbour(key: string, boxes: readonly Box[], at: number): number | null {
  const here = boxes[at];
  if (!here) return null;
  if (key === "ArrowRight") return at + 1 < boxes.length ? at + 1 : null;
  if (key === "ArrowLeft") return at > 0 ? at - 1 : null;
  if (key !== "ArrowDown" && key !== "ArrowUp") return null;
  const away = (box: Box) => (key === "ArrowDown" ? box.top - here.bottom : here.top - box.bottom);
  const aside = (box: Box) => Math.abs(box.left - here.left);
  let best: number | null = null;
  for (const [index, box] of boxes.entries()) {
    if (index === at || away(box) < 0) continue;
    const than = best === null ? undefined : boxes[best];
    if (!than || away(box) < away(than) - 1 || (away(box) < away(than) + 1 && aside(box) < aside(than)))
      best = index;
  }
  return best;
}

/** A key that writes something, pressed where nothing is written yet and nothing else is listening. */
export function beginsSearch(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey)
    return false;
  if (!/^[\p{L}\p{N}]$/u.test(event.key)) return false;
  const target = event.target instanceof Element ? event.target : null;
  return !target?.closest("input, textarea, select, dialog, [role=menu]");
}
