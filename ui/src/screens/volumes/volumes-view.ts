/* The list of volumes, each with who uses it; searched and sorted here. */
import { byName } from "$lib/format";
import type { ContainerRow, LabCard, VolumeRow } from "../../ipc/bindings";

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
}
export const VOLUME_SORTS = ["name", "newest", "used"] as const;
export type VolumeSort = (typeof VOLUME_SORTS)[number];

const MADE_UP = /^[0-9a-f]{64}$/;

export function volumeLines(
  volumes: readonly VolumeRow[],
  containers: readonly ContainerRow[],
  labOf: ReadonlyMap<string, LabCard>,
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
    return {
      volume,
      named,
      title: named ? volume.name : volume.name.slice(0, 12),
      usedBy: users.get(volume.name) ?? [],
    };
  });
}

export function arrangeVolumes(lines: readonly VolumeLine[], search: string, sort: VolumeSort): VolumeLine[] {
  const wanted = search.trim().toLocaleLowerCase();
  const order: Record<VolumeSort, (one: VolumeLine, two: VolumeLine) => number> = {
    name: (one, two) => Number(two.named) - Number(one.named),
    newest: (one, two) => (two.volume.created ?? 0) - (one.volume.created ?? 0),
    used: (one, two) => two.usedBy.length - one.usedBy.length,
  };
  return lines
    .filter(
      (line) =>
        !wanted ||
        [line.volume.name, ...line.usedBy.map((user) => user.name)]
          .join(" ")
          .toLocaleLowerCase()
          .includes(wanted),
    )
    .sort((one, two) => order[sort](one, two) || byName(one.volume.name, two.volume.name));
}
