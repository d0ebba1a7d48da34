/* Rows that are dragged onto a folder of the same list, or out of the window. The web view takes drags of its own for
   files of this computer, so this goes by the pointer alone; Cut and Ctrl V, and Download, do the same without one. */
import type { Entry } from "../../ipc/bindings";
import type { Selection } from "../../state/selection.svelte";

/** So far the pointer goes before a press is a drag. In pixels. */
const APART = 6;

export class RowDrag {
  now = $state.raw<{ paths: readonly string[]; x: number; y: number } | null>(null);
  /** The pointer is outside of the window with them. */
  outside = $state(false);
  /** What left the window last: it may come back as files of this computer. */
  left: readonly string[] = [];
  #selection: Selection;
  #onleave: (paths: readonly string[]) => void;
  #begun: { entry: Entry; x: number; y: number } | null = null;
  /** That this drag has left the window was told. */
  #told = false;
  /** The press that ended a drag is no click. */
  #spent = false;

  /** `onleave` hears once of each drag that leaves the window. */
  constructor(selection: Selection, onleave: (paths: readonly string[]) => void) {
    this.#selection = selection;
    this.#onleave = onleave;
  }

  press(event: PointerEvent, entry: Entry): void {
    this.#spent = false;
    if (
      event.button !== 0 ||
      event.pointerType === "touch" ||
      event.shiftKey ||
      event.ctrlKey ||
      event.metaKey
    )
      return;
    this.#begun = { entry, x: event.clientX, y: event.clientY };
  }
  move(event: PointerEvent): void {
    const begun = this.#begun;
    if (!begun) return;
    // The button was let go where nobody saw it.
    if (event.buttons === 0) return this.cancel();
    const far = Math.hypot(event.clientX - begun.x, event.clientY - begun.y) > APART;
    if (!this.now && !far) return;
    if (!this.now && !this.#selection.has(begun.entry.path)) this.#selection.only(begun.entry);
    const { clientX: x, clientY: y } = event;
    const paths = this.now?.paths ?? this.#selection.paths;
    this.now = { paths, x, y };
    const outside = x < 0 || y < 0 || x >= innerWidth || y >= innerHeight;
    this.outside = outside;
    if (!outside || this.#told) return;
    this.#told = true;
    this.left = paths;
    this.#onleave(paths);
  }
  /** Gives what is dropped here. */
  release(): readonly string[] | null {
    const dropped = this.now?.paths ?? null;
    this.#spent = dropped !== null;
    this.cancel();
    return dropped;
  }
  cancel(): void {
    this.#begun = null;
    this.now = null;
    this.outside = false;
    this.#told = false;
  }
  /** True once for the click that follows a drag. */
  spent(): boolean {
    const spent = this.#spent;
    this.#spent = false;
    return spent;
  }
}
