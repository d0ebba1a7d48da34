/* Where a floating box goes: below its anchor if it fits, else above, and always inside the window.
   Positions are set through `element.style`, which the content security policy allows. */

export interface Placement {
  left: number;
  top: number;
}

export function place(
  anchor: { left: number; top: number; right: number; bottom: number },
  box: { width: number; height: number },
  align: "start" | "end" | "middle" = "start",
  gap = 4,
  view = { width: innerWidth, height: innerHeight },
): Placement {
  const edge = 8;
  const wanted =
    align === "start"
      ? anchor.left
      : align === "end"
        ? anchor.right - box.width
        : (anchor.left + anchor.right - box.width) / 2;
  const left = Math.max(edge, Math.min(wanted, view.width - box.width - edge));
  const below = anchor.bottom + gap;
  const fitsBelow = below + box.height + edge <= view.height;
  const above = anchor.top - gap - box.height;
  return {
    left,
    top: fitsBelow || above < edge ? Math.max(edge, Math.min(below, view.height - box.height - edge)) : above,
  };
}

/** Puts a fixed element beside its anchor. */
export function putBeside(
  element: HTMLElement,
  anchor: DOMRect,
  align: "start" | "end" | "middle" = "start",
  gap = 4,
): void {
  const box = { width: element.offsetWidth, height: element.offsetHeight };
  const { left, top } = place(anchor, box, align, gap);
  element.style.left = `${Math.round(left)}px`;
  element.style.top = `${Math.round(top)}px`;
}
