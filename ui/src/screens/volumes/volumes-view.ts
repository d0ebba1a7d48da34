/* The list of volumes, each with who uses it; searched and sorted here. */
import { byName, percent } from "$lib/format";
import { m } from "$m";
import type { ContainerRow, LabCard, Share, VolumeRow, VolumeSurvey } from "../../ipc/bindings";
import { GROUP_NAMES, type Group, groupOf } from "../../parts/file-tints";
import { labelsOfPeople } from "../../parts/volume-labels";

export interface VolumeUser {
  name: string;
  lab: string | null;
  container: string;
  running: boolean;
  /** Where it is mounted in there. */
  target: string;
}
export interface VolumeLine {
  volume: VolumeRow;
  /** False for the long names that Docker makes up. */
  named: boolean;
  title: string;
  usedBy: readonly VolumeUser[];
  /** What it holds, as far as it has been counted. */
  survey: VolumeSurvey | null;
  /** When it was backed up last. */
  backedUp: number | null;
}
export const VOLUME_SORTS = ["name", "used", "changed", "size", "newest"] as const;
export type VolumeFilter = "all" | "used" | "unused" | "unfresh";
export type VolumeSort = (typeof VOLUME_SORTS)[number];

const MADE_UP = /^[0-9a-f]{64}$/;

export function volumeLines(
  volumes: readonly VolumeRow[],
  containers: readonly ContainerRow[],
  labOf: ReadonlyMap<string, LabCard>,
  surveys: ReadonlyMap<string, VolumeSurvey>,
  backups: ReadonlyMap<string, number> = new Map(),
): VolumeLine[] {
  const users = new Map<string, VolumeUser[]>();
  for (const container of containers)
    for (const mount of container.mounts) {
      if (mount.kind !== "volume") continue;
      const lab = labOf.get(container.id);
      const user = {
        name: lab?.name ?? container.name,
        lab: lab?.id ?? null,
        container: container.name,
        running: container.state === "running",
        target: mount.target,
      };
      users.set(mount.source, [...(users.get(mount.source) ?? []), user]);
    }
  return volumes.map((volume) => {
    const named = !MADE_UP.test(volume.name);
    const usedBy = users.get(volume.name) ?? [];
    return {
      volume,
      named,
      title: named ? volume.name : madeUpTitle(volume.name, usedBy, surveys.get(volume.name) ?? null),
      usedBy,
      survey: surveys.get(volume.name) ?? null,
      backedUp: backups.get(volume.name) ?? null,
    };
  });
}

/** An unnamed volume is what it is for: "database of crm-demo", "files of crm-demo". */
function madeUpTitle(name: string, usedBy: readonly VolumeUser[], survey: VolumeSurvey | null): string {
  const [user] = usedBy;
  if (!user) return name.slice(0, 12);
  return isDatabase(survey)
    ? m.volumes_database_of({ name: user.name })
    : m.volumes_files_of({ name: user.name });
}

/** Most of it is a database's own files. */
export const isDatabase = (survey: VolumeSurvey | null): boolean => {
  const [largest] = survey?.shares ?? [];
  return largest?.sort === "databases" && largest.bytes > 0;
};

/** A bar in words: "Data 50 %, Models 30 %"; what is less than a hundredth is left out. */
export function barWords(shares: readonly Share[]): string {
  const total = shares.reduce((sum, share) => sum + share.bytes, 0);
  const bytes = new Map<Group, number>();
  for (const share of shares) {
    const group = groupOf(share.sort);
    bytes.set(group, (bytes.get(group) ?? 0) + share.bytes);
  }
  return [...bytes]
    .sort(([, one], [, two]) => two - one)
    .filter(([, part]) => total > 0 && part / total >= 0.01)
    .map(([group, part]) => `${GROUP_NAMES[group]()} ${percent(part / total)}`)
    .join(", ");
}

/** A new volume's labels, as they were typed. */
export interface LabelRow {
  name: string;
  value: string;
}

/** What is wrong with the rows, or the labels that they make; empty rows are none. */
export function labelsOf(rows: readonly LabelRow[]): { labels: [string, string][]; wrong: string | null } {
  const labels: [string, string][] = [];
  for (const row of rows) {
    const name = row.name.trim();
    if (name === "" && row.value.trim() === "") continue;
    if (name === "") return { labels: [], wrong: m.volumes_label_unnamed() };
    if (labels.some(([known]) => known === name))
      return { labels: [], wrong: m.volumes_label_twice({ name }) };
    labels.push([name, row.value]);
  }
  return { labels, wrong: null };
}

export const isCounted = (line: VolumeLine): boolean => line.survey?.state.state === "counted";

/** In milliseconds: what changed within it need not be in a backup yet. */
const FRESH = 7 * 86_400_000;
export type Freshness = "fresh" | "stale" | "never";

/** Fresh is a backup that holds the last change, or is not a week old. What was not counted may have changed. */
export function freshness(line: VolumeLine, now: Date): Freshness {
  const { backedUp } = line;
  if (backedUp === null) return "never";
  if (now.getTime() - backedUp < FRESH) return "fresh";
  return isCounted(line) && backedUp >= (line.survey?.changed ?? 0) ? "fresh" : "stale";
}

/** What runs comes before what only exists. */
const usage = (line: VolumeLine): number =>
  line.usedBy.length + (line.usedBy.some((user) => user.running) ? 1000 : 0);

export function arrangeVolumes(
  lines: readonly VolumeLine[],
  search: string,
  sort: VolumeSort,
  filter: VolumeFilter = "all",
  now: Date = new Date(),
): VolumeLine[] {
  const wanted = search.trim().toLocaleLowerCase();
  const order: Record<VolumeSort, (one: VolumeLine, two: VolumeLine) => number> = {
    name: (one, two) => Number(two.named) - Number(one.named),
    used: (one, two) => usage(two) - usage(one),
    newest: (one, two) => (two.volume.created ?? 0) - (one.volume.created ?? 0),
    changed: (one, two) => (two.survey?.changed ?? 0) - (one.survey?.changed ?? 0),
    size: (one, two) => (two.survey?.bytes ?? 0) - (one.survey?.bytes ?? 0),
  };
  return lines
    .filter(
      (line) =>
        (filter === "all" ||
          (filter === "unfresh"
            ? freshness(line, now) !== "fresh"
            : line.usedBy.length > 0 === (filter === "used"))) &&
        (!wanted ||
          [
            line.volume.name,
            line.title,
            line.survey?.holds ?? "",
            ...line.usedBy.map((user) => user.name),
            ...labelsOfPeople(line.volume.labels),
          ]
            .join(" ")
            .toLocaleLowerCase()
            .includes(wanted)),
    )
    .sort((one, two) => order[sort](one, two) || byName(one.title, two.title));
}
