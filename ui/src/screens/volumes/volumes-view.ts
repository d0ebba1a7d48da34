/* The list of volumes, each with who uses it; searched and sorted here. */
import { byName } from "$lib/format";
import type { ContainerRow, LabCard, VolumeRow, VolumeSurvey } from "../../ipc/bindings";

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
}
export const VOLUME_SORTS = ["name", "changed", "size", "newest"] as const;
export type VolumeFilter = "all" | "used" | "unused";
export type VolumeSort = (typeof VOLUME_SORTS)[number];

const MADE_UP = /^[0-9a-f]{64}$/;

export function volumeLines(
  volumes: readonly VolumeRow[],
  containers: readonly ContainerRow[],
  labOf: ReadonlyMap<string, LabCard>,
  surveys: ReadonlyMap<string, VolumeSurvey>,
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
      title: named ? volume.name : (usedBy[0]?.name ?? volume.name.slice(0, 12)),
      usedBy,
      survey: surveys.get(volume.name) ?? null,
    };
  });
}

export const isCounted = (line: VolumeLine): boolean => line.survey?.state.state === "counted";

export function arrangeVolumes(
  lines: readonly VolumeLine[],
  search: string,
  sort: VolumeSort,
  filter: VolumeFilter = "all",
): VolumeLine[] {
  const wanted = search.trim().toLocaleLowerCase();
  const order: Record<VolumeSort, (one: VolumeLine, two: VolumeLine) => number> = {
    name: (one, two) => Number(two.named) - Number(one.named),
    newest: (one, two) => (two.volume.created ?? 0) - (one.volume.created ?? 0),
    changed: (one, two) => (two.survey?.changed ?? 0) - (one.survey?.changed ?? 0),
    size: (one, two) => (two.survey?.bytes ?? 0) - (one.survey?.bytes ?? 0),
  };
  return lines
    .filter(
      (line) =>
        (filter === "all" || line.usedBy.length > 0 === (filter === "used")) &&
        (!wanted ||
          [line.volume.name, line.survey?.holds ?? "", ...line.usedBy.map((user) => user.name)]
            .join(" ")
            .toLocaleLowerCase()
            .includes(wanted)),
    )
    .sort((one, two) => order[sort](one, two) || byName(one.title, two.title));
}
