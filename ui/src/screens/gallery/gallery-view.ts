/* What the catalogue shows for a category and a search: shelves of recipes, local images that no recipe covers, and
   the text itself where it could be an image's name. */
import { decimal, size } from "$lib/format";
import { m } from "$m";
import type { Category, EngineFacts, ImageRow, RecipeTile } from "../../ipc/bindings";
import { CATEGORIES, categoryName } from "../../parts/categories";

/** A category, everything, or what is a person's own. */
export type Choice = "all" | Category | "own" | "images";

export function nameOf(choice: Choice): string {
  if (choice === "all") return m.gallery_all();
  if (choice === "own") return m.gallery_mine();
  return choice === "images" ? m.gallery_own() : categoryName(choice);
}

const ABOUT: Record<Choice, () => string> = {
  all: m.gallery_recipes_sub,
  exasol: m.category_exasol_about,
  notebooks: m.category_notebooks_about,
  statistics: m.category_statistics_about,
  machineLearning: m.category_machine_learning_about,
  databases: m.category_databases_about,
  apps: m.category_apps_about,
  own: m.gallery_mine_about,
  images: m.gallery_own_sub,
};
/** A few words on what is in it. */
export const aboutOf = (choice: Choice): string => ABOUT[choice]();

export function matchingRecipes(tiles: readonly RecipeTile[], search: string): RecipeTile[] {
  const words = search.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return tiles.filter((tile) => {
    const text = [tile.name, tile.summary, tile.id, nameOf(tile.category), ...tile.images, ...tile.keywords]
      .join(" ")
      .toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  });
}

export interface Shelf {
  choice: Choice;
  title: string;
  tiles: readonly RecipeTile[];
}

/** Recipes under their headings; a person's own come first and under no other. Empty shelves are left out. */
export function shelves(tiles: readonly RecipeTile[]): Shelf[] {
  const shelf = (choice: Choice, on: (tile: RecipeTile) => boolean): Shelf => ({
    choice,
    title: nameOf(choice),
    tiles: tiles.filter(on),
  });
  return [
    shelf("own", (tile) => tile.own),
    ...CATEGORIES.map((category) => shelf(category, (tile) => !tile.own && tile.category === category)),
  ].filter((one) => one.tiles.length > 0);
}

/** What of these belongs to a choice. */
export function chosen(tiles: readonly RecipeTile[], choice: Choice): RecipeTile[] {
  if (choice === "all") return [...tiles];
  if (choice === "own") return tiles.filter((tile) => tile.own);
  return tiles.filter((tile) => tile.category === choice);
}

export interface Tab {
  choice: Choice;
  label: string;
  count: number;
}

/** The choices beside the recipes, with how many things each has for the search. */
export function tabs(tiles: readonly RecipeTile[], images: number, anyOwn: boolean): Tab[] {
  const tab = (choice: Choice): Tab => ({
    choice,
    label: nameOf(choice),
    count: choice === "images" ? images : chosen(tiles, choice).length,
  });
  return [tab("all"), ...CATEGORIES.map(tab), ...(anyOwn ? [tab("own")] : []), tab("images")];
}

export interface Fit {
  tone: "ok" | "warn" | "danger";
  text: string;
}

/** Whether it runs on this engine, in one or more sentences; nothing while the engine has not said what it is. */
export function fitOf(tile: RecipeTile, known: boolean): Fit[] {
  if (!known) return [];
  if (tile.willNotRun) return [{ tone: "danger", text: tile.willNotRun }];
  if (tile.cautions.length > 0) return tile.cautions.map((text) => ({ tone: "warn", text }));
  return [{ tone: "ok", text: m.gallery_runs() }];
}

/** Memory as machines are sold with it: powers of two, "2 GB". */
export function memoryOf(bytes: number): string {
  const size = bytes / 2 ** 30;
  return size < 0.95 ? `${decimal(size * 1024)}\u00a0MB` : `${decimal(size, 1)}\u00a0GB`;
}

/** What the engine's machine is, as far as recipes depend on it. */
export function machineLine(facts: EngineFacts): { processor: string; free: string | null; gpu: string } {
  const kinds: Record<string, string> = { amd64: m.fact_intel(), arm64: m.fact_arm() };
  return {
    processor: kinds[facts.architecture] ?? facts.architecture,
    free: facts.diskFree === null ? null : m.gallery_free({ size: size(facts.diskFree) }),
    gpu: facts.gpu ? m.gallery_gpu() : m.gallery_no_gpu(),
  };
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
