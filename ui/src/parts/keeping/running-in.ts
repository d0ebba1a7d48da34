/* Who works in a volume now. */
import type { ContainerRow, LabCard } from "../../ipc/bindings";

/** In these states a container still has its files open. */
const AT_WORK = new Set<ContainerRow["state"]>(["running", "paused", "restarting"]);

/** Names of the labs, and of other containers, that run on the volume. */
export function runningIn(
  volume: string,
  containers: readonly ContainerRow[],
  labOf: ReadonlyMap<string, LabCard>,
): string[] {
  return containers
    .filter(
      (one) =>
        AT_WORK.has(one.state) &&
        one.mounts.some((mount) => mount.kind === "volume" && mount.source === volume),
    )
    .map((one) => labOf.get(one.id)?.name ?? one.name);
}
