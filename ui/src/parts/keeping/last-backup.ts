/* When each volume was backed up last. */
import { ago } from "$lib/format";
import { m } from "$m";
import type { BackupShelf } from "../../ipc/bindings";

/** The newest backup of each volume that is there and not known to be damaged. */
export function lastBackups(shelf: BackupShelf | null): Map<string, number> {
  const last = new Map<string, number>();
  for (const one of shelf?.backups ?? []) {
    if (one.volume === "" || one.check.state === "moved" || one.check.state === "bad") continue;
    last.set(one.volume, Math.max(last.get(one.volume) ?? 0, one.made));
  }
  return last;
}

/** "2 days ago", "just now", "Never". */
export function lastWords(made: number | undefined, now: Date): string {
  if (made === undefined) return m.volumes_backup_never();
  const when = new Date(made);
  if (now.getTime() - made < 60_000) return m.volumes_backup_now();
  return m.volumes_backup_ago({ time: ago(when, now) });
}
