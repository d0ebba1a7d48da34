/* The data colour of each sort of file, the same wherever files are counted; several sorts share one, and a legend
   names what shares it. */
import { m } from "$m";
import type { FileSort, Share } from "../ipc/bindings";

const TINTS: Record<FileSort, number> = {
  notebooks: 1,
  code: 2,
  settings: 3,
  tables: 5,
  databases: 5,
  models: 6,
  pictures: 8,
  documents: 7,
  archives: 7,
  logs: 7,
  other: 7,
};
export const fileTint = (sort: FileSort): number => TINTS[sort];

/** Groups of the legend, in the order of the data colours. */
export const GROUPS = ["notebooks", "code", "settings", "data", "models", "pictures", "other"] as const;
export type Group = (typeof GROUPS)[number];
const GROUP_TINT: Record<Group, number> = {
  notebooks: 1,
  code: 2,
  settings: 3,
  data: 5,
  models: 6,
  pictures: 8,
  other: 7,
};
export const groupOf = (sort: FileSort): Group =>
  GROUPS.find((group) => GROUP_TINT[group] === fileTint(sort)) ?? "other";

/** What a legend has to name: the groups that there are. */
export function legendOf(shares: readonly Share[]): { group: Group; tint: number }[] {
  const present = new Set(shares.filter((share) => share.files > 0).map((share) => groupOf(share.sort)));
  return GROUPS.filter((group) => present.has(group)).map((group) => ({ group, tint: GROUP_TINT[group] }));
}

/** How much there is of each group, largest first. */
export function kindsOf(shares: readonly Share[]): { group: Group; tint: number; bytes: number }[] {
  const bytes = (group: Group) =>
    shares.reduce((sum, share) => sum + (groupOf(share.sort) === group ? share.bytes : 0), 0);
  return legendOf(shares)
    .map((one) => ({ ...one, bytes: bytes(one.group) }))
    .sort((one, other) => other.bytes - one.bytes);
}

export const GROUP_NAMES: Record<Group, () => string> = {
  notebooks: m.volume_notebooks,
  code: m.volume_code,
  settings: m.volume_settings,
  data: m.volume_data,
  models: m.volume_models,
  pictures: m.volume_pictures,
  other: m.volume_other,
};
