/* What a row of the backups says. */
import { moment } from "$lib/format";
import { m } from "$m";
import type { Backup, BackupPlan, BackupShelf } from "../../ipc/bindings";

export interface CheckLine {
  tone: "ok" | "danger" | undefined;
  text: string;
}

export function checkLine(backup: Backup, now: Date): CheckLine {
  const { check } = backup;
  if (check.state === "good")
    return { tone: "ok", text: m.backups_good({ when: moment(new Date(check.at), now) }) };
  if (check.state === "bad") return { tone: "danger", text: m.backups_bad() };
  if (check.state === "moved") return { tone: "danger", text: m.backups_moved() };
  return { tone: undefined, text: m.backups_not_yet() };
}

/** The first line: when it was made, of what where all are listed; a file that says neither stands for itself. */
export function headline(backup: Backup, all: boolean, now: Date): string {
  if (backup.volume === "") return backup.file;
  const when = moment(new Date(backup.made), now);
  return all ? `${backup.volume}, ${when}` : capital(when);
}

/** The second line: what is special about it, else the file's name. */
export function underline(backup: Backup, now: Date): string {
  if (backup.volume === "")
    return [backup.remark, moment(new Date(backup.made), now)].filter(Boolean).join(", ");
  return backup.remark || (backup.bySchedule ? m.backups_by_plan({ file: backup.file }) : backup.file);
}

/** Those whose file can be read and was not found good. */
export const unverified = (shelf: BackupShelf | null): Backup[] =>
  shelf?.backups.filter((one) => one.check.state === "notYet" || one.check.state === "bad") ?? [];

export const planOf = (shelf: BackupShelf | null, volume: string | null): BackupPlan | null =>
  shelf?.plans.find((plan) => plan.volume === volume) ?? null;

/** "yesterday at 18:02" at the beginning of a line. */
export function capital(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}

/** The name in the folder of backups of what a job brought there. */
export const fileOf = (made: string): string => made.split(/[\\/]/).at(-1) ?? made;
