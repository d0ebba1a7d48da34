/* How a page's address names volumes, folders and the files in them. */
import { router } from "$lib/router.svelte";
import type { Place } from "../ipc/bindings";
import type { PlacedFile } from "../state/compare.svelte";

/** The place that an address names; `null` where it names none. */
export function placeOf(part: string | null, folder: string | undefined): Place | null {
  if (folder?.startsWith("/")) return { kind: "folder", path: folder };
  return part ? { kind: "volume", name: part } : null;
}

const volume = (place: Place) => (place.kind === "volume" ? place.name : null);
const folder = (place: Place) => (place.kind === "folder" ? place.path : null);

/** Opens the page of two files, side by side. */
export function compare(left: PlacedFile, right: PlacedFile, how?: "replace"): void {
  router.go(
    "compare",
    null,
    {
      left: left.path,
      leftVolume: volume(left.place),
      leftFolder: folder(left.place),
      right: right.path,
      rightVolume: volume(right.place),
      rightFolder: folder(right.place),
    },
    how,
  );
}
