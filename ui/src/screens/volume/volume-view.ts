/* What the page of a volume or folder shows of its files, computed from what is known of them. */
import { hierarchy, treemap, treemapSquarify } from "d3-hierarchy";
import { m } from "$m";
import type { Entry, SpaceCell } from "../../ipc/bindings";
import { shownPart } from "../../parts/shown-path";

export { GROUPS, type Group, groupOf, kindsOf, legendOf } from "../../parts/file-tints";
export { placeOf } from "../../parts/place-address";
export { nameOf, shownPart, shownPath } from "../../parts/shown-path";
export { folderOf } from "../../state/changing.svelte";

export interface DrawnCell {
  cell: SpaceCell;
  /** In pixels. */
  left: number;
  top: number;
  width: number;
  height: number;
  /** Whether there is room for words, on two lines, on one, or not at all. */
  room: "two" | "one" | "none";
}

const GAP = 2;

/** Lays cells out so that areas are sizes; what would be thinner than a hair is left out. */
export function drawnCells(cells: readonly SpaceCell[], width: number, height: number): DrawnCell[] {
  if (width <= 0 || height <= 0 || cells.length === 0) return [];
  type Node = { cell: SpaceCell | null; children?: Node[] };
  const root = hierarchy<Node>({ cell: null, children: cells.map((cell) => ({ cell })) }).sum(
    (node) => node.cell?.bytes ?? 0,
  );
  const laid = treemap<Node>().size([width, height]).tile(treemapSquarify).round(true)(root);
  return (laid.children ?? []).flatMap((node) => {
    const [w, h] = [node.x1 - node.x0 - GAP, node.y1 - node.y0 - GAP];
    if (!node.data.cell || w < 3 || h < 3) return [];
    const room = w < 58 || h < 24 ? "none" : h < 42 ? "one" : "two";
    return [{ cell: node.data.cell, left: node.x0, top: node.y0, width: w, height: h, room } as const];
  });
}

export interface Crumb {
  name: string;
  path: string;
}
/** The way from the place to a folder; names are as they are written in paths. */
export function crumbsOf(name: string, folder: string): Crumb[] {
  const crumbs = [{ name, path: "" }];
  let path = "";
  for (const part of folder ? folder.split("/") : []) {
    path = path ? `${path}/${part}` : part;
    crumbs.push({ name: shownPart(part), path });
  }
  return crumbs;
}
/** A found line cut in three: before, the hit, behind. */
export function cutLine(text: string, start: number, end: number): [string, string, string] {
  return [text.slice(0, start), text.slice(start, end), text.slice(end)];
}
/** What the file system says of one row beside its size and time: a link's end, whose it is, what may be done with it. */
export function aboutOf(entry: Entry): string[] {
  const owner = m.volume_owner({
    owner: entry.owner ?? String(entry.user),
    permissions: entry.permissions,
  });
  if (entry.target === null) return [owner];
  const { target } = entry;
  return [
    entry.targetKind === null ? m.volume_leads_nowhere({ target }) : m.volume_leads_to({ target }),
    owner,
  ];
}
/** What files that are held over this point of the window would go into; `null` where nothing takes them. */
export function folderAt(x: number, y: number, root: string, inside: Element | null): string | null {
  const element = document.elementFromPoint(x, y);
  if (!element || !inside?.contains(element)) return null;
  return element.closest<HTMLElement>("[data-folder]")?.dataset.folder ?? root;
}
