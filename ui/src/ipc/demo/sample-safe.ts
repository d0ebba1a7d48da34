/* Backups of the sample backend. */
import type { Backup, BackupPlan, FileSort, RestoreFile, RestoreGroup, RestorePreview } from "../bindings";
import type { Safe } from "../safe";
import type { SampleJobs } from "./sample-moving";
import { problem } from "./sample-preview";

const DAY = 86_400_000;
const soon = (milliseconds = 120) => new Promise((done) => setTimeout(done, milliseconds));

function at(daysAgo: number, hour: number, minute: number): number {
  const day = new Date(Date.now() - daysAgo * DAY);
  day.setHours(hour, minute, 0, 0);
  return day.getTime();
}
const two = (value: number) => String(value).padStart(2, "0");
function named(volume: string, when: number): string {
  const day = new Date(when);
  return `${volume} ${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())} ${two(day.getHours())}.${two(day.getMinutes())}.tar.zst`;
}
const backup = (volume: string, made: number, size: number, part: Partial<Backup> = {}): Backup => ({
  file: named(volume, made),
  volume,
  made,
  size,
  unpacked: size * 1.5,
  files: 1312,
  remark: "",
  bySchedule: false,
  check: { state: "notYet" },
  ...part,
});
const SORTS: Record<string, FileSort> = {
  csv: "tables",
  db: "databases",
  ipynb: "notebooks",
  md: "documents",
  parquet: "tables",
  pkl: "models",
  py: "code",
};
/** Files whose times lie ever further back. */
function group(
  files: number,
  bytes: number,
  names: string[],
  sides: "both" | "here" | "kept" = "both",
): RestoreGroup {
  const first = names.map(
    (name, place): RestoreFile => ({
      name,
      sort: SORTS[name.split(".").at(-1) ?? ""] ?? "other",
      here: sides === "kept" ? null : at(0, 14 - place, 44 - place * 7),
      kept: sides === "here" ? null : at(1 + place * 3, 16, 20 + place * 5),
    }),
  );
  return { files, bytes, first };
}

export function sampleSafe(scenario: string, jobs: SampleJobs): Safe {
  const none = scenario === "empty" || scenario === "no-backups";
  let backups: Backup[] = none
    ? []
    : [
        backup("my-vol", at(1, 18, 2), 1_600_000_000, { check: { state: "good", at: at(1, 18, 4) } }),
        backup("my-vol", at(8, 9, 30), 1_500_000_000, {
          check: { state: "good", at: at(8, 9, 33) },
          bySchedule: true,
        }),
        backup("my-vol", at(17, 9, 41), 1_100_000_000, { remark: "Made before the restore of 3 November" }),
        backup("my-vol", at(20, 8, 12), 1_100_000_000, {
          check: { state: "bad", at: at(2, 8, 0), what: "2 files differ from what was written down." },
        }),
        backup("my-vol", at(23, 17, 15), 1_000_000_000, { check: { state: "moved" } }),
      ];
  let plans: BackupPlan[] = none
    ? []
    : [{ volume: "my-vol", everyDays: 7, keep: 5, next: Date.now() + 6 * DAY, trouble: null }];
  const find = (file: string): Backup => {
    const one = backups.find((known) => known.file === file);
    if (!one) throw problem({ kind: "gone", title: "This backup is gone." });
    return one;
  };
  const check = (file: string, state: Backup["check"]) => {
    backups = backups.map((one) => (one.file === file ? { ...one, check: state } : one));
  };
  return {
    listBackups: async (volume) => {
      await soon();
      return {
        backups: backups.filter((one) => volume === null || one.volume === volume || one.volume === ""),
        folder: "Documents/Slipway backups",
        free: 84_000_000_000,
        plans: plans.filter((plan) => volume === null || plan.volume === volume),
        notices: [],
      };
    },
    backUpVolume: async (volume) => {
      await soon();
      return jobs.start(
        "backUp",
        `Backing up ${volume}`,
        2_400_000_000,
        "1,312 files, 1.6 GB. Read back and compared.",
        `/home/anna/Documents/Slipway backups/${named(volume, Date.now())}`,
        () => {
          backups = [
            backup(volume, Date.now(), 1_600_000_000, { check: { state: "good", at: Date.now() } }),
            ...backups,
          ];
        },
      );
    },
    verifyBackup: async (file) => {
      await soon();
      find(file);
      return jobs.start(
        "verify",
        `Verifying ${file}`,
        1_100_000_000,
        "1,312 files are as they were written.",
        null,
        () => check(file, { state: "good", at: Date.now() }),
      );
    },
    addBackup: async () => {
      await soon();
      const added = backup("", Date.now(), 900_000_000, {
        file: "notebooks_backup.tar",
        unpacked: null,
        files: null,
        remark: "Made by another program",
      });
      const job = jobs.start(
        "addBackup",
        `Adding the backup ${added.file}`,
        900_000_000,
        `900 MB, kept as ${added.file}.`,
        `/home/anna/Documents/Slipway backups/${added.file}`,
        () => {
          backups = [added, ...backups];
        },
      );
      return { state: "coming", job };
    },
    previewRestore: async (file, target): Promise<RestorePreview> => {
      await soon(300);
      const fresh = target.into === "newVolume" || find(file).volume === "";
      return {
        backup: find(file),
        running: fresh ? [] : ["AI-Lab"],
        replaced: fresh
          ? group(0, 0, [])
          : group(18, 310_000_000, [
              "churn/churn_model.ipynb",
              "churn/features.ipynb",
              "customers.csv",
              "ai_lab.db",
              "churn/prepare.py",
              "models/xgb_v7.pkl",
            ]),
        broughtBack: fresh
          ? group(1306, 2_400_000_000, ["churn/churn_model.ipynb", "customers.csv", "ai_lab.db"], "kept")
          : group(
              4,
              12_000_000,
              ["churn/old_features.ipynb", "exports/july.csv", "exports/june.csv", "notes.md"],
              "kept",
            ),
        same: fresh
          ? group(0, 0, [])
          : group(1284, 2_040_000_000, ["README.md", "churn/data/orders.parquet"]),
        onlyHere: fresh
          ? group(0, 0, [])
          : group(10, 46_000_000, ["churn/spring.ipynb", "exports/october.csv"], "here"),
        refused: scenario === "refused" ? group(1, 120, ["../../etc/cron.d/job"], "kept") : group(0, 0, []),
        freeName: find(file).volume === "" ? "notebooks-backup" : "my-vol-2",
        topFolder: find(file).volume === "" ? "notebooks" : null,
      };
    },
    restoreBackup: async (file, target) => {
      await soon();
      if (target.into === "newVolume" && target.name === "taken")
        throw problem({
          kind: "nameTaken",
          title: "There is a volume taken already.",
          hint: "Choose another name.",
        });
      const to = target.into === "newVolume" ? target.name : find(file).volume;
      return jobs.start("restore", `Restoring ${to}`, 2_400_000_000, "1,306 files, 2.4 GB. Compared.", null);
    },
    deleteBackup: async (file) => {
      await soon();
      backups = backups.filter((one) => one.file !== file);
    },
    showBackup: async (file) => {
      await soon();
      find(file);
    },
    planBackups: async (plan) => {
      await soon();
      plans = [
        ...plans.filter((one) => one.volume !== plan.volume),
        { ...plan, next: Date.now() + plan.everyDays * DAY },
      ];
    },
    forgetPlan: async (volume) => {
      await soon();
      plans = plans.filter((plan) => plan.volume !== volume);
    },
    cloneVolume: async (volume, name) => {
      await soon();
      if (name === volume || name === "taken")
        throw problem({ title: `A volume ${name} is there already.`, field: "name" });
      return jobs.start(
        "copy",
        `Copying ${volume} to ${name}`,
        2_400_000_000,
        "1,312 files, 2.4 GB. Checked.",
        null,
      );
    },
  };
}
