/* Something that is only worth asking about once a person can see it, and stays with it for a moment. */
import type { Attachment } from "svelte/attachments";

/** Scrolling by is no look. */
const MOMENT = 600;

/** `{@attach seen(() => …)}`: runs once, when the element has been in view for a moment. */
export function seen(run: () => void): Attachment<Element> {
  return (element) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const observer = new IntersectionObserver((entries) => {
      clearTimeout(timer);
      if (!entries.at(-1)?.isIntersecting) return;
      timer = setTimeout(() => {
        observer.disconnect();
        run();
      }, MOMENT);
    });
    observer.observe(element);
    return () => {
      clearTimeout(timer);
      observer.disconnect();
    };
  };
}
