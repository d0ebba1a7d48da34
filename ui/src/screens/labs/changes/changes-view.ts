/* What the Changes tab says, worked out from the reading alone. */
import { decimal, moment, size } from "$lib/format";
import { m } from "$m";
import type { ChangeKind, ChangeSort, ChangesState, KeptPlace } from "../../../ipc/bindings";

/** Colours of the groups; temporary files and what is left are quiet. */
const TONES: Record<ChangeSort, string> = {
  notebooks: "viz-6",
  data: "viz-5",
  home: "viz-3",
  packages: "viz-1",
  settings: "viz-2",
  system: "viz-8",
  other: "viz-4",
  temporary: "viz-7",
};
export const toneOf = (sort: ChangeSort): string => TONES[sort];

export const KINDS: Record<ChangeKind, { sign: string; tone: string; word: () => string }> = {
  added: { sign: "+", tone: "a", word: m.chg_added },
  changed: { sign: "~", tone: "c", word: m.chg_changed },
  removed: { sign: "−", tone: "d", word: m.chg_deleted },
};

/** The size of all, as far as anybody knows: the engine's own count of the layer is whole where ours is not. */
export function sizeSaid(state: ChangesState): string {
  const known = state.unmeasured === 0 ? state.size : Math.max(state.size, state.layer ?? 0);
  return state.unmeasured === 0 || state.layer !== null ? size(known) : m.chg_at_least({ size: size(known) });
}

export function measuringSaid(state: ChangesState): string | null {
  if (!state.measured) return m.chg_measuring();
  if (state.unmeasured === 0) return null;
  return m.chg_unmeasured({ count: state.unmeasured, shown: decimal(state.unmeasured) });
}

/** The image that would be made: all of its own image, and the changes. */
export function imageSize(state: ChangesState): number | null {
  return state.image === null || state.layer === null ? null : state.image + state.layer;
}

/** The volumes and folders, for a sentence; `null` where nothing is kept. */
export function keptNames(kept: readonly KeptPlace[]): string | null {
  const names = kept.filter(isKept).map((place) => place.source);
  return names.length === 0 ? null : [...new Set(names)].join(", ");
}

export const isKept = (place: KeptPlace): boolean => place.kept === "volume" || place.kept === "folder";

export function keptSaid(place: KeptPlace): string {
  switch (place.kept) {
    case "volume":
      return m.chg_kept_volume({ name: place.source });
    case "folder":
      return m.chg_kept_folder({ path: place.source });
    case "nameless":
      return m.chg_kept_nameless();
    case "memory":
      return m.chg_kept_memory();
  }
}

/** What stays out of an image, and why. */
export function leftOut(place: KeptPlace): string {
  const { target, source } = place;
  switch (place.kept) {
    case "volume":
      return m.save_out_volume({ target, name: source });
    case "folder":
      return m.save_out_folder({ target, path: source });
    case "nameless":
      return m.save_out_nameless({ target });
    case "memory":
      return m.save_out_memory({ target });
  }
}

/** "3 packages, 1,236 files, 388 MB" */
export function groupSaid(group: ChangesState["groups"][number]): string {
  const parts: string[] = [m.chg_files({ count: group.files, shown: decimal(group.files) })];
  if (group.packages > 0) parts.unshift(m.chg_packages({ count: group.packages }));
  if (group.size > 0 || group.measured) parts.push(size(group.size));
  return parts.join(", ");
}

/** Short, for a column: "today at 14:02" without its words. */
export const whenSaid = (time: number, now = new Date()): string => moment(new Date(time), now);
