/* What the gallery shows for a search: recipes that match, local images that no recipe covers, and the text itself
   where it could be an image's name. */
import type { ImageRow, RecipeTile } from "../../ipc/bindings";

export function matchingRecipes(tiles: readonly RecipeTile[], search: string): RecipeTile[] {
  const words = search.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return tiles.filter((tile) => {
    const text = [tile.name, tile.summary, tile.id, ...tile.images].join(" ").toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** Tags on the engine that match and whose repository is in no recipe. */
export function ownImages(
  images: readonly ImageRow[],
  tiles: readonly RecipeTile[],
  search: string,
): ImageRow[] {
  const known = new Set(tiles.flatMap((tile) => tile.images));
  const wanted = search.toLocaleLowerCase();
  return images
    .filter((image) =>
      image.tags.some((tag) => !known.has(repositoryOf(tag)) && tag.toLocaleLowerCase().includes(wanted)),
    )
    .sort((one, two) => two.created - one.created);
}

export function repositoryOf(tag: string): string {
  const colon = tag.lastIndexOf(":");
  return colon > tag.lastIndexOf("/") ? tag.slice(0, colon) : tag;
}

/** A text that the wizard could take as an image: it has a name's letters and a slash, colon or a known tag. */
export function looksLikeImage(search: string): boolean {
  const text = search.trim();
  return (
    /^[a-z0-9][a-z0-9._/:@-]*$/i.test(text) && (/[/:]/.test(text) || text.length > 2) && !text.includes("://")
  );
}
