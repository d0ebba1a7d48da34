/* One tooltip for the whole window. It shows after 500 ms of hovering, or at once on keyboard focus, and is
   never the only place for what it says, so screen readers do not get it a second time. */
import type { Attachment } from "svelte/attachments";

interface Shown {
  text: string;
  keys: string | undefined;
  near: DOMRect;
}

class TooltipOnScreen {
  shown = $state.raw<Shown | null>(null);
}
export const tooltipOnScreen = new TooltipOnScreen();

const DELAY = 500;

/** `{@attach tooltip(() => m.copy_address(), "Ctrl+C")}` */
export function tooltip(text: () => string | null | undefined, keys?: string): Attachment<HTMLElement> {
  return (element) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = () => {
      const words = text();
      if (words && !element.matches('[aria-expanded="true"]'))
        tooltipOnScreen.shown = { text: words, keys, near: element.getBoundingClientRect() };
    };
    const hide = () => {
      clearTimeout(timer);
      tooltipOnScreen.shown = null;
    };
    const wait = (event: PointerEvent) => {
      if (event.pointerType === "touch") return;
      clearTimeout(timer);
      timer = setTimeout(show, DELAY);
    };
    const focus = () => {
      if (element.matches(":focus-visible")) show();
    };
    const key = (event: KeyboardEvent) => {
      if (event.key === "Escape") hide();
    };
    element.addEventListener("pointerenter", wait);
    element.addEventListener("pointerleave", hide);
    element.addEventListener("pointerdown", hide);
    element.addEventListener("focus", focus);
    element.addEventListener("blur", hide);
    element.addEventListener("keydown", key);
    return () => {
      hide();
      element.removeEventListener("pointerenter", wait);
      element.removeEventListener("pointerleave", hide);
      element.removeEventListener("pointerdown", hide);
      element.removeEventListener("focus", focus);
      element.removeEventListener("blur", hide);
      element.removeEventListener("keydown", key);
    };
  };
}
