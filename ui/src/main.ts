/* The start, as little as can be: it asks for what the first screen shows and fetches the window, at the same time.
   Inside Tauri the backend is the desktop app; in a plain browser, and only there, a chunk with sample data is
   fetched, so that screens can be looked at and tested without an engine. */
import "./style/index.css";
import "./screens/labs/labs.css";
import "./shell/jobs.css";
import { ahead } from "./ipc/ahead";
import { first } from "./ipc/first";

const early = "__TAURI_INTERNALS__" in window ? ahead(first) : null;
/** A first picture in other letters would be thrown away at once, and to find these takes the system long. */
const FACES = ["1em 'Inter Variable'", "1em 'JetBrains Mono Variable'"];
const letters = Promise.allSettled(FACES.map((face) => document.fonts.load(face)));
/** No module may wait for this one to end: the window's script shares parts with it, and would wait in turn. */
async function begin(): Promise<void> {
  const { openWindow } = await import("./window");
  const target = document.getElementById("app");
  const options = new URLSearchParams(location.search);
  if (target) await openWindow(target, early ?? (await import("./ipc/demo")).demo(options), letters);
}
void begin();
