/* One shared clock for "up 3 h" and "18 s". It ticks only while something on screen reads it,
   and not at all while the window is hidden. */
import { createSubscriber } from "svelte/reactivity";

function ticking(milliseconds: number): { readonly now: Date } {
  const subscribe = createSubscriber((update) => {
    const timer = setInterval(() => {
      if (!document.hidden) update();
    }, milliseconds);
    document.addEventListener("visibilitychange", update);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", update);
    };
  });
  return {
    get now() {
      subscribe();
      return new Date();
    },
  };
}

/** For seconds: steps that run now. */
export const seconds = ticking(1000);
/** For minutes and more: uptimes, ages. */
export const minutes = ticking(30_000);
