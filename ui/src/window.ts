/* Puts the window on the page, with what has been asked for already in it. */
import { mount } from "svelte";
import type { Backend } from "./ipc/backend";
import { desktop } from "./ipc/desktop";
import type { First } from "./ipc/first";
import { theme } from "./lib/theme.svelte";
import Window from "./shell/Window.svelte";
import { createApp } from "./state/app.svelte";

/** How long the first picture waits for its contents, in milliseconds: a picture without them that is replaced at
    once costs more than it shows. */
const PATIENCE = 120;

/** Whatever is not given is asked of the desktop app. `letters` is kept when the fonts are here. */
export async function openWindow(
  target: HTMLElement,
  given: First | Backend,
  letters: Promise<unknown>,
): Promise<void> {
  theme.apply();
  const state = createApp({ ...desktop, ...given });
  const { inventory, labs, recipes } = state;
  inventory.start();
  labs.start();
  const contents = Promise.all([inventory.first, labs.first, recipes.load(), letters]);
  await Promise.race([contents, new Promise((done) => setTimeout(done, PATIENCE))]);
  mount(Window, { target, props: { state } });
}
