/* A name for a copy that no volume has yet. */
export function freeName(volume: string, taken: { has(name: string): boolean }): string {
  const first = `${volume}-copy`;
  if (!taken.has(first)) return first;
  let number = 2;
  while (taken.has(`${first}-${number}`)) number += 1;
  return `${first}-${number}`;
}
