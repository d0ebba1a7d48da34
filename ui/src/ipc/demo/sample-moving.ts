/* Work and changes of the sample backend. Jobs are played: they count, run, end. `?scenario=jobs` begins with one of
   each kind, `?scenario=conflict` with one that asks. */
import type {
  Conflict,
  DropState,
  EditedText,
  Entry,
  Job,
  JobKind,
  JobList,
  Place,
  Trash,
} from "../bindings";
import type { Moving } from "../moving";
import { Outlet } from "./channel";
import { sampleFiles } from "./sample-places";
import { problem } from "./sample-preview";

const TICK = 250;
const soon = (milliseconds = 120) => new Promise((done) => setTimeout(done, milliseconds));

const conflict: Conflict = {
  name: "customers.csv",
  folder: "churn/data",
  there: { folder: false, size: 214_000_000, changed: Date.now() - 2_400_000 },
  coming: { folder: false, size: 209_400_000, changed: Date.now() - 90_000_000 },
  bothName: "customers (2).csv",
  more: 3,
};

/** Plays jobs and tells of them. */
export class SampleJobs {
  jobs: Job[] = [];
  #outlet = new Outlet<JobList>();
  #next = 1;
  #timers = new Map<number, ReturnType<typeof setInterval>>();

  constructor(scenario: string) {
    if (scenario === "conflict")
      this.#add("upload", "Uploading 4 files to churn/data", { state: { state: "asking", conflict } });
    if (scenario === "closing")
      this.#add("upload", "Uploading 214 files to churn/data", {
        bytes: 300_000_000,
        totalBytes: 1_100_000_000,
        files: 61,
        totalFiles: 214,
        speed: 74_000_000,
        secondsLeft: 11,
      });
    if (scenario !== "jobs") return;
    this.#add("verify", "Verifying my-vol 2025-11-12 09.30.tar.zst", {
      state: {
        state: "failed",
        problem: problem({
          title: "The backup is damaged.",
          message: "churn/data/orders.parquet differs from what was written down when the backup was made.",
          hint: "Make a new backup, and keep this one until you have it.",
        }).problem,
      },
    });
    this.#add("download", "Downloading models", {
      state: {
        state: "done",
        summary: "3 files, 438 MB. Checked.",
        made: "/home/anna/Downloads/models",
        cautions: ["1 file changed while it was read: xgb_v7.pkl"],
      },
    });
    this.#add("upload", "Uploading notes.md to churn", { state: { state: "cancelled", cautions: [] } });
    this.#add("backUp", "Backing up my-vol", {
      bytes: 1_500_000_000,
      totalBytes: 2_400_000_000,
      files: 812,
      totalFiles: 1312,
      speed: 68_000_000,
      secondsLeft: 14,
      written: 1_000_000_000,
      steps: [
        { title: "Look for space and open files", progress: "done", note: "84 GB free" },
        { title: "Copy and compress", progress: "running", note: "68 MB/s" },
        { title: "Verify: read it back and compare", progress: "waiting", note: "" },
      ],
    });
  }

  open: Moving["openJobs"] = async (receive) => this.#outlet.open(receive, { jobs: this.jobs });

  /** Starts a job that ends after a while; `ended` is called before it is told. */
  start(
    kind: JobKind,
    title: string,
    whole: number,
    summary: string,
    made: string | null,
    ended?: () => void,
  ): number {
    const steps =
      kind === "backUp"
        ? ["Look for space and open files", "Copy and compress", "Verify: read it back and compare"]
        : [];
    const id = this.#add(kind, title, { totalBytes: whole, totalFiles: 1312 });
    const ticks = 24;
    let tick = 0;
    this.#timers.set(
      id,
      setInterval(() => {
        tick += 1;
        const share = tick / ticks;
        if (share < 1) {
          const now = share < 0.1 ? 0 : share < 0.75 ? 1 : 2;
          this.#change(id, {
            bytes: whole * share,
            files: Math.round(1312 * share),
            speed: whole / ticks / (TICK / 1000),
            secondsLeft: Math.ceil(((ticks - tick) * TICK) / 1000),
            written: kind === "backUp" ? whole * share * 0.66 : null,
            steps: steps.map((step, at) => ({
              title: step,
              progress: at < now ? "done" : at === now ? "running" : "waiting",
              note: at === 0 && now > 0 ? "84 GB free" : "",
            })),
          });
          return;
        }
        this.#stop(id);
        ended?.();
        this.#change(id, {
          bytes: whole,
          files: 1312,
          state: { state: "done", summary, made, cautions: [] },
        });
      }, TICK),
    );
    return id;
  }

  cancel(id: number): void {
    this.#stop(id);
    this.#change(id, { state: { state: "cancelled", cautions: [] } });
  }
  dismiss(id: number): void {
    this.jobs = this.jobs.filter((job) => job.id !== id);
    this.#tell();
  }
  answer(id: number): void {
    this.#change(id, {
      state: { state: "done", summary: "4 files, 231 MB. Checked.", made: null, cautions: [] },
    });
  }

  #stop(id: number): void {
    clearInterval(this.#timers.get(id));
    this.#timers.delete(id);
  }
  #add(kind: JobKind, title: string, part: Partial<Job>): number {
    const id = this.#next++;
    const place: Place = { kind: "volume", name: "my-vol" };
    const job: Job = {
      id,
      kind,
      place,
      title,
      state: { state: "running" },
      started: Date.now(),
      bytes: 0,
      totalBytes: null,
      files: 0,
      totalFiles: null,
      speed: null,
      secondsLeft: null,
      written: null,
      steps: [],
      ...part,
    };
    this.jobs = [job, ...this.jobs];
    this.#tell();
    return id;
  }
  #change(id: number, part: Partial<Job>): void {
    this.jobs = this.jobs.map((job) => (job.id === id ? { ...job, ...part } : job));
    this.#tell();
  }
  #tell(): void {
    this.#outlet.publish({ jobs: this.jobs });
  }
}

const TEXT = `"""Prepares the features of customers."""

from pathlib import Path

import pandas as pd

FOLDER = Path("churn/data")


def last_order(orders: pd.DataFrame) -> pd.Series:
    # One row a customer, in days.
    latest = orders.groupby("customer_id")["ordered"].max()
    return (pd.Timestamp.today() - latest).dt.days.clip(upper=730)
`;

export function sampleMoving(scenario: string, jobs: SampleJobs): Moving {
  const texts = new Map<string, EditedText>();
  let overtaken = scenario === "overtaken";
  let trash: Trash = {
    entries: [
      {
        id: "t1",
        name: "old_features.ipynb",
        path: "churn/old_features.ipynb",
        folder: false,
        bytes: 12_400_000,
        trashed: Date.now() - 3_600_000,
      },
      {
        id: "t2",
        name: "te_cache_2024",
        path: "te_cache_2024",
        folder: true,
        bytes: 402_000_000,
        trashed: Date.now() - 200_000_000,
      },
    ],
    bytes: 414_400_000,
    files: 37,
  };
  const kept = new Map<string, Entry>();
  const taken = (path: string, name: string) => {
    if (!sampleFiles.at(path)) return;
    throw problem({
      title: `Something here is called ${name} already.`,
      message: "",
      hint: "Choose another name.",
      kind: "nameTaken",
      field: "name",
    });
  };
  const known = (path: string): EditedText => texts.get(path) ?? { path, text: TEXT, version: "1" };
  return {
    openJobs: jobs.open,
    cancelJob: async (job) => jobs.cancel(job),
    dismissJob: async (job) => jobs.dismiss(job),
    answerConflict: async (job) => jobs.answer(job),
    showMade: async () => undefined,
    downloadEntries: async (_place, paths) => {
      await soon();
      const [first = ""] = paths;
      const what = paths.length === 1 ? (first.split("/").at(-1) ?? first) : `${paths.length} things`;
      return jobs.start(
        "download",
        `Downloading ${what}`,
        58_000_000,
        "58 MB. Checked.",
        "/home/anna/Downloads",
      );
    },
    uploadChosen: async (_place, folder, folders) => {
      await soon();
      const what = folders ? "folder exports" : "3 files";
      const into = folder.split("/").at(-1) || "my-vol";
      return jobs.start(
        "upload",
        `Uploading ${what} to ${into}`,
        21_000_000,
        "3 files, 21 MB. Checked.",
        null,
      );
    },
    uploadDropped: async (_place, folder, drop) => {
      await soon();
      if (drop !== 1) throw problem({ kind: "gone", title: "What was dropped is not known any more." });
      const into = folder.split("/").at(-1) || "my-vol";
      return jobs.start(
        "upload",
        `Uploading 3 files to ${into}`,
        21_000_000,
        "3 files, 21 MB. Checked.",
        null,
      );
    },
    openDrops: async (receive) =>
      new Outlet<DropState>().open(receive, {
        held: scenario === "held" ? { count: 3, x: 420, y: 460, own: false } : null,
        dropped: null,
      }),
    bringAside: async () => {
      await soon();
      return { number: 1, cautions: [] };
    },
    dragOut: async () => "dropped",
    openClosing: async (receive) => {
      const outlet = new Outlet<number>();
      if (scenario === "closing") setTimeout(() => outlet.publish(1), 400);
      return outlet.open(receive, 0);
    },
    tellUnsaved: async () => undefined,
    closeWindow: async () => void (await soon(60_000)),
    makeFolder: async (_place, folder, name) => {
      await soon();
      if (name.includes("/"))
        throw problem({ title: "A name cannot have a slash.", message: "", field: "name" });
      const path = folder ? `${folder}/${name}` : name;
      taken(path, name);
      sampleFiles.makeFolder(path);
      return path;
    },
    renameEntry: async (_place, path, name) => {
      await soon();
      const to = [...path.split("/").slice(0, -1), name].join("/");
      taken(to, name);
      const entry = sampleFiles.take(path);
      if (entry) sampleFiles.put({ ...entry, path: to, name });
      return to;
    },
    moveEntries: async (_place, paths, folder) => {
      await soon();
      const to = (path: string) => [...(folder ? [folder] : []), path.split("/").at(-1) ?? path].join("/");
      for (const path of paths) taken(to(path), path.split("/").at(-1) ?? path);
      for (const path of paths) {
        const entry = sampleFiles.take(path);
        if (entry) sampleFiles.put({ ...entry, path: to(path) });
      }
      return paths.map(to);
    },
    trashEntries: async (_place, paths) => {
      await soon();
      const ids = paths.map((path) => {
        const entry = sampleFiles.take(path);
        if (entry) {
          kept.set(`t-${path}`, entry);
          trash = {
            entries: [
              {
                id: `t-${path}`,
                name: entry.name,
                path,
                folder: entry.kind === "folder",
                bytes: entry.size ?? 0,
                trashed: Date.now(),
              },
              ...trash.entries,
            ],
            bytes: trash.bytes + (entry.size ?? 0),
            files: trash.files + 1,
          };
        }
        return `t-${path}`;
      });
      return ids;
    },
    listTrash: async () => {
      await soon();
      return trash;
    },
    restoreTrashed: async (_place, ids) => {
      await soon();
      const back = trash.entries.filter((entry) => ids.includes(entry.id));
      trash = { ...trash, entries: trash.entries.filter((entry) => !ids.includes(entry.id)) };
      for (const id of ids) {
        const entry = kept.get(id);
        if (entry) sampleFiles.put(entry);
        kept.delete(id);
      }
      return back.map((entry) => entry.path);
    },
    emptyTrash: async () => {
      await soon(400);
      trash = { entries: [], bytes: 0, files: 0 };
    },
    readText: async (_place, path) => {
      await soon();
      return known(path);
    },
    saveText: async (_place, edited) => {
      await soon(300);
      if (overtaken) {
        overtaken = false;
        const now = { path: edited.path, text: `${TEXT}\n\nprint("written by the lab")\n`, version: "2" };
        texts.set(edited.path, now);
        return { outcome: "overtaken", now, changed: Date.now() - 40_000 };
      }
      const version = String(Number(known(edited.path).version) + 1);
      texts.set(edited.path, { ...edited, version });
      return { outcome: "saved", version };
    },
    createText: async (_place, folder, name, text) => {
      await soon(200);
      const path = folder ? `${folder}/${name}` : name;
      taken(path, name);
      sampleFiles.put(sampleFiles.file(path, text.length, 0));
      const made = { path, text, version: "1" };
      texts.set(path, made);
      return made;
    },
    copyPlace: async (from, to) => {
      await soon();
      const named = (place: Place) => (place.kind === "volume" ? place.name : place.path);
      return jobs.start(
        "copy",
        `Copying ${named(from)} to ${named(to)}`,
        1_200_000_000,
        "1,312 files, 1.2 GB. Checked.",
        null,
      );
    },
  };
}
