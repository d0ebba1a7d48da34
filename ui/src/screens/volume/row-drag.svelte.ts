/* Rows that are dragged onto a folder of the same list. The web view takes drags of its own for files of this computer,
   so this goes by the pointer alone; Cut and Ctrl V do the same without one. */
import type { Entry } from "../../ipc/bindings";
import type { Selection } from "../../state/selection.svelte";

/** So far the pointer goes before a press is a drag. In pixels. */
const APART = 6;

export class RowDrag {
  now = $state.raw<{ paths: readonly string[]; x: number; y: number } | null>(null);
  #selection: Selection;
  #begun: { entry: Entry; x: number; y: number } | null = null;
  /** The press that ended a drag is no click. */
  #spent = false;

  constructor(selection: Selection) {
    this.#selection = selection;
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
    this.now = { paths: this.now?.paths ?? this.#selection.paths, x: event.clientX, y: event.clientY };
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
  }
  /** True once for the click that follows a drag. */
  spent(): boolean {
    const spent = this.#spent;
    this.#spent = false;
    return spent;
  }
}
