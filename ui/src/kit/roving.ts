/* Arrow keys inside a group that is one Tab stop: tabs, segments, menus. */

const FORWARD = new Set(["ArrowRight", "ArrowDown"]);
const BACKWARD = new Set(["ArrowLeft", "ArrowUp"]);

/** The position a key leads to, or null where the key does not move. */
export function nextIndex(key: string, current: number, count: number): number | null {
  if (count === 0) return null;
  if (FORWARD.has(key)) return (current + 1) % count;
  if (BACKWARD.has(key)) return (current - 1 + count) % count;
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  return null;
}

/** The next entry that begins with what was typed, looking on from the current one. */
export function typedIndex(typed: string, labels: readonly string[], current: number): number | null {
  const wanted = typed.toLocaleLowerCase();
  for (let step = typed.length > 1 ? 0 : 1; step <= labels.length; step += 1) {
    const at = (Math.max(0, current) + step) % labels.length;
    if (labels[at]?.toLocaleLowerCase().startsWith(wanted)) return at;
  }
  return null;
}
