/* What starting a recipe means on this engine, for its tile. */
import { size } from "$lib/format";
import { m } from "$m";
import type { RecipeTile } from "../ipc/bindings";

/** Nothing to download, so much to download, that its size is not known, or that any image will do. */
export function recipeSize(tile: RecipeTile): string {
  if (tile.here) return m.recipe_here();
  if (tile.downloadSize) return m.recipe_download({ size: size(tile.downloadSize) });
  if (tile.images.length === 0) return m.recipe_any();
  return tile.sizeUnknown ? m.recipe_size_unknown() : m.recipe_downloads();
}

/** Whether starting it begins with a download, as far as is known. */
export function isDownload(tile: RecipeTile): boolean {
  return !tile.here && !tile.willNotRun && tile.images.length > 0;
}

/** What starting it means, unless it will not run here at all. */
export function recipeHint(tile: RecipeTile): { tone: "ok" | "warn"; text: string } {
  if (tile.willNotRun) return { tone: "warn", text: tile.willNotRun };
  return { tone: "ok", text: recipeSize(tile) };
}
