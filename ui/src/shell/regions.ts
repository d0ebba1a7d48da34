/* F6: the next region of the window. A screen marks a side panel with `data-region`. */
export function nextRegion(backwards: boolean): void {
  const regions = [...document.querySelectorAll<HTMLElement>(".sidebar, main, [data-region]")];
  const inside = regions.findLastIndex((region) => region.contains(document.activeElement));
  const step = backwards ? -1 : 1;
  const next = regions[(inside + step + regions.length) % regions.length];
  if (!next) return;
  const entry =
    next.querySelector<HTMLElement>('[aria-current="page"], [data-page-title]') ??
    next.querySelector<HTMLElement>("a[href], button, input, select, textarea, [tabindex]");
  (entry ?? next).focus();
}
