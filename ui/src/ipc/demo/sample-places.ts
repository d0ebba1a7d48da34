/* What the sample backend has in its volumes: the files of the design's pictures, a folder of many, and names that
   misbehave. Counting and searching take a few steps, as they do on an engine. `lost` in the scenario takes the place
   away after a moment. */
import type {
  Entry,
  FileSort,
  FolderPage,
  OpenedPlace,
  PlaceUpdate,
  Problem,
  SearchHit,
  SearchQuery,
  SearchState,
  Share,
  SpaceCell,
  SpaceState,
  SurveyUpdate,
  VolumeSurvey,
} from "../bindings";
import { CommandError } from "../error";
import type { Places } from "../places";
import { Outlet } from "./channel";
import { DAY, HOUR, MINUTE, started } from "./sample-engine";

const MB = 1_000_000;
const STEP = 220;
const soon = (milliseconds = 90) => new Promise((done) => setTimeout(done, milliseconds));
const problem = (title: string, part: Partial<Problem> = {}): CommandError =>
  new CommandError({ kind: "other", title, message: "", hint: null, field: null, detail: null, ...part });

const ENDINGS: Record<string, FileSort> = {
  ipynb: "notebooks",
  csv: "tables",
  parquet: "tables",
  py: "code",
  sql: "code",
  pkl: "models",
  joblib: "models",
  db: "databases",
  md: "documents",
  pdf: "documents",
  png: "pictures",
  log: "logs",
  json: "settings",
  yml: "settings",
  gz: "archives",
};

function file(path: string, size: number, ago: number, part: Partial<Entry> = {}): Entry {
  const name = path.split("/").at(-1) ?? path;
  return {
    path,
    name,
    oddName: false,
    kind: "file",
    sort: ENDINGS[name.split(".").at(-1) ?? ""] ?? "other",
    size,
    onDisk: size,
    changed: started - ago,
    mode: 0o644,
    permissions: "rw-r--r--",
    user: 1000,
    group: 100,
    owner: "jupyter",
    target: null,
    targetKind: null,
    links: 1,
    ...part,
  };
}

const FILES: Entry[] = [
  file("churn/churn_model.ipynb", 58 * MB, 26 * MINUTE),
  file("churn/features.ipynb", 38 * MB, 9 * MINUTE),
  file("churn/prepare.py", 6_140, DAY),
  file("churn/data/orders.parquet", 612 * MB, 3 * MINUTE),
  file("churn/data/features.parquet", 340 * MB, 3 * MINUTE),
  file("churn/data/schema.sql", 8_200, 4 * DAY),
  file("churn/data/readme.md", 2_400, 4 * DAY),
  file("models/xgboost_2025-10.pkl", 268 * MB, 19 * DAY),
  file("models/baseline.joblib", 170 * MB, 19 * DAY),
  file("te_cache/bert.pkl", 402 * MB, 19 * DAY),
  file("customers.csv", 214 * MB, 3 * MINUTE),
  file("slc/template.tar.gz", 118 * MB, 20 * DAY),
  file("tutorials/01_start.ipynb", 22 * MB, 24 * DAY),
  file("tutorials/02_load.ipynb", 30 * MB, 24 * DAY),
  file("tutorials/03_train.ipynb", 22 * MB, 24 * DAY),
  file("tutorials/report.pdf", 1.2 * MB, 24 * DAY),
  file("exports/plot.png", 0.4 * MB, 2 * HOUR),
  file("exports/run.log", 3.1 * MB, 2 * HOUR),
  file("ai_lab.db", 46 * MB, 59 * MINUTE),
  file("settings.json", 900, 12 * DAY),
  file("two\nlines.md", 120, 30 * DAY, { name: "two␊lines.md", oddName: true }),
  file("latest.csv", 13, 2 * DAY, { kind: "link", target: "customers.csv", targetKind: "file" }),
  file(".jupyter/settings.json", 4_100, 12 * DAY),
  file(".bash_history", 2_800, DAY),
  ...Array.from({ length: 5000 }, (_, at) =>
    file(`parts/part-${String(at).padStart(4, "0")}.csv`, 2_000 + at, DAY),
  ),
];
const BY_PATH = new Map(FILES.map((one) => [one.path, one]));
const FOLDERS = new Map<string, Entry[]>([["", []]]);
function folderAt(path: string): Entry[] {
  const known = FOLDERS.get(path);
  if (known) return known;
  const made: Entry[] = [];
  FOLDERS.set(path, made);
  const entry = file(path, 0, 0, {
    kind: "folder",
    mode: 0o755,
    permissions: "rwxr-xr-x",
    sort: "other",
    changed: 0,
  });
  BY_PATH.set(path, entry);
  folderAt(path.split("/").slice(0, -1).join("/")).push(entry);
  return made;
}
for (const one of FILES) {
  const parts = one.path.split("/");
  folderAt(parts.slice(0, -1).join("/")).push(one);
  for (let depth = parts.length - 1; depth > 0; depth -= 1) {
    const folder = BY_PATH.get(parts.slice(0, depth).join("/"));
    if (!folder) continue;
    folder.size = (folder.size ?? 0) + (one.size ?? 0);
    folder.changed = Math.max(folder.changed ?? 0, one.changed ?? 0);
  }
}

/** What changes to files do here; the trash is the caller's. */
export const sampleFiles = {
  at: (path: string) => BY_PATH.get(path),
  makeFolder(path: string): void {
    folderAt(path);
    const made = BY_PATH.get(path);
    if (made) Object.assign(made, { size: 0, changed: Date.now() });
  },
  put(entry: Entry): void {
    BY_PATH.set(entry.path, entry);
    FOLDERS.get(entry.path.split("/").slice(0, -1).join("/"))?.push(entry);
  },
  /** Takes it out of its folder; gives it. */
  take(path: string): Entry | undefined {
    const entry = BY_PATH.get(path);
    const folder = FOLDERS.get(path.split("/").slice(0, -1).join("/"));
    if (!entry || !folder) return undefined;
    folder.splice(folder.indexOf(entry), 1);
    BY_PATH.delete(path);
    return entry;
  },
  file,
};

const below = (folder: string) => FILES.filter((one) => folder === "" || one.path.startsWith(`${folder}/`));
function sharesOf(files: readonly Entry[]): Share[] {
  const shares = new Map<FileSort, Share>();
  for (const one of files) {
    const share = shares.get(one.sort) ?? { sort: one.sort, files: 0, bytes: 0 };
    shares.set(one.sort, { ...share, files: share.files + 1, bytes: share.bytes + (one.size ?? 0) });
  }
  return [...shares.values()].sort((one, two) => two.bytes - one.bytes);
}
const bytesOf = (files: readonly Entry[]) => files.reduce((sum, one) => sum + (one.size ?? 0), 0);
function cell(entry: Entry): SpaceCell {
  const files = entry.kind === "folder" ? below(entry.path) : [entry];
  return {
    path: entry.path,
    name: entry.name,
    folder: entry.kind === "folder",
    sort: sharesOf(files)[0]?.sort ?? "other",
    bytes: entry.size ?? 0,
    files: files.length,
    parts: [],
  };
}
const spaceState = (share: number): SpaceState => ({
  files: Math.round(FILES.length * share),
  folders: Math.round(FOLDERS.size * share),
  bytes: Math.round(bytesOf(FILES) * share),
  onDisk: Math.round(bytesOf(FILES) * share),
  done: share === 1,
  leftOut: null,
  revision: Math.round(share * 10),
});

function survey(
  volume: string,
  gigabytes: number,
  ago: number,
  holds: string,
  shares: [FileSort, number, number][],
): VolumeSurvey {
  return {
    volume,
    state: { state: "counted", at: started - MINUTE },
    bytes: gigabytes * 1000 * MB,
    files: shares.reduce((sum, [, files]) => sum + files, 0),
    shares: shares.map(([sort, files, share]) => ({ sort, files, bytes: share * gigabytes * 1000 * MB })),
    changed: started - ago,
    holds,
  };
}
const MADE_UP = "7f3a90c1b2d84e5f6a7b8c9d0e1f2a3b4c5d6e7f8091a2b3c4d5e6f708192a3b";
const SURVEYS = (): VolumeSurvey[] => [
  survey("my-vol", 2.4, 3 * MINUTE, "14 notebooks, 3 tables, 2 models", [
    ["tables", 3, 0.5],
    ["models", 2, 0.3],
    ["notebooks", 14, 0.08],
    ["settings", 4, 0.03],
    ["other", 60, 0.09],
  ]),
  survey(MADE_UP, 0.21, 19 * MINUTE, "MySQL data", [["databases", 180, 1]]),
  survey("sandbox-work", 0.64, 22 * HOUR, "6 scripts, 11 tables, settings", [
    ["tables", 11, 0.55],
    ["notebooks", 2, 0.2],
    ["settings", 3, 0.25],
  ]),
  survey("spark-work", 1.8, 19 * DAY, "9 notebooks, 1 table", [
    ["tables", 1, 0.9],
    ["notebooks", 9, 0.1],
  ]),
  survey("esk-work", 0.086, 34 * DAY, "2 notebooks, 1 table", [
    ["tables", 1, 0.6],
    ["notebooks", 2, 0.4],
  ]),
  survey("old-project", 4.1, 252 * DAY, "22 notebooks, 40 tables, 5 models", [
    ["tables", 40, 0.62],
    ["models", 5, 0.27],
    ["notebooks", 22, 0.08],
    ["other", 90, 0.03],
  ]),
];

/** Steps that come one after the other until the stream is closed. */
function stepping<Payload>(steps: readonly Payload[], receive: Parameters<Outlet<Payload>["open"]>[0]) {
  const outlet = new Outlet<Payload>();
  const timers = steps.slice(1).map((step, at) => setTimeout(() => outlet.publish(step), STEP * (at + 1)));
  const [first] = steps as [Payload];
  return outlet.open(receive, first, () => {
    for (const timer of timers) clearTimeout(timer);
  });
}

/** The sample engine's volumes, and what is done to them. */
export interface SampleVolumes {
  names(): readonly string[];
  add(name: string, labels: readonly [string, string][]): void;
  remove(name: string): void;
  /** Names of the labs and containers that use one. */
  usedBy(name: string): readonly string[];
}

export function samplePlaces(scenario: string, volumes: SampleVolumes): Places {
  let found: SearchHit[] = [];
  let last = 0;
  const hit = (entry: Entry, line: SearchHit["line"]): SearchHit => ({
    path: entry.path,
    name: entry.name,
    folder: entry.path.split("/").slice(0, -1).join("/"),
    kind: entry.kind,
    sort: entry.sort,
    size: entry.size ?? 0,
    changed: entry.changed,
    line,
  });
  function search(query: SearchQuery): SearchHit[] {
    const wanted = query.text.toLocaleLowerCase();
    if (query.within === "names")
      return [...BY_PATH.values()]
        .filter((one) => one.name.toLocaleLowerCase().includes(wanted))
        .map((one) => hit(one, null));
    const lines = [
      "features = con.export_to_pandas('CRM.FEATURES')",
      "model.fit(df[features], df['churned'])",
      "select * from CRM.CUSTOMERS",
    ];
    return FILES.filter((one) => one.sort === "notebooks" || one.sort === "code").flatMap((one) =>
      lines.flatMap((text, at) => {
        const start = text.toLocaleLowerCase().indexOf(wanted);
        return start < 0 ? [] : [hit(one, { number: at * 7 + 3, text, start, end: start + wanted.length })];
      }),
    );
  }
  return {
    openSurvey: async (receive) => {
      const all = SURVEYS()
        .filter((one) => volumes.names().includes(one.volume))
        .map(
          (one): VolumeSurvey =>
            scenario === "uncounted" && one.volume === "old-project"
              ? {
                  ...one,
                  state: { state: "failed", problem: problem("Its driver does not answer.").problem },
                  bytes: 0,
                  files: 0,
                  shares: [],
                  holds: "",
                  changed: null,
                }
              : one,
        );
      const counting = all.map(
        (one, at): VolumeSurvey =>
          at > 2
            ? {
                ...one,
                state: { state: at === 3 ? "counting" : "waiting" },
                bytes: 0,
                files: 0,
                shares: [],
                holds: "",
                changed: null,
              }
            : one,
      );
      const steps: SurveyUpdate[] =
        scenario === "counting"
          ? [{ volumes: counting, done: false }]
          : [
              { volumes: counting, done: false },
              { volumes: all, done: true },
            ];
      return stepping(steps, receive);
    },
    createVolume: async (name, labels) => {
      await soon();
      if (volumes.names().includes(name))
        throw problem(`There is a volume named ${name} already.`, { field: "name", kind: "nameTaken" });
      if (!/^[a-zA-Z0-9][\w.-]+$/.test(name))
        throw problem("Names of volumes have letters, digits, dots, dashes and underscores.", {
          field: "name",
        });
      volumes.add(name, labels);
    },
    previewRemoveVolume: async (volume) => {
      await soon();
      const usedBy = [...volumes.usedBy(volume)];
      return {
        volume,
        holds: SURVEYS().find((one) => one.volume === volume)?.holds ?? "",
        usedBy,
        refused: usedBy.length
          ? {
              kind: "other",
              title: `${volume} is still used by ${usedBy.join(", ")}.`,
              message: "A volume can be removed when nothing uses it.",
              hint: "Delete what uses it first.",
              field: null,
              detail: null,
            }
          : null,
      };
    },
    removeVolume: async (volume) => {
      await soon();
      volumes.remove(volume);
    },
    openPlace: async (place): Promise<OpenedPlace> => {
      await soon(scenario === "slow" ? 60_000 : 120);
      if (scenario === "unreachable")
        throw problem("This volume cannot be looked into.", {
          message: "Its driver does not answer.",
          hint: "Start the program that the volume belongs to.",
          detail:
            "get old-nfs: VolumeDriver.Mount: dial unix /run/docker/plugins/nfs.sock: connect: no such file",
        });
      last += 1;
      return {
        id: last,
        place,
        name: place.kind === "volume" ? place.name : (place.path.split("/").at(-1) ?? place.path),
        reach:
          scenario === "archive"
            ? {
                by: "archive",
                why: "The engine runs on another kind of processor, for which Slipway has no program of its own.",
              }
            : { by: "porthole" },
        readOnly: scenario === "locked" ? "The labs that use this folder may only read it." : null,
      };
    },
    closePlace: async () => undefined,
    listFolder: async (_place, query): Promise<FolderPage> => {
      await soon();
      const all = FOLDERS.get(query.folder);
      if (!all)
        throw problem("This folder is gone.", { kind: "gone", message: "It was removed or renamed." });
      const shown = scenario === "bare" ? [] : all.filter((one) => query.hidden || !one.name.startsWith("."));
      const key = {
        name: () => 0,
        size: (one: Entry) => one.size ?? 0,
        changed: (one: Entry) => one.changed ?? 0,
        kind: () => 0,
      }[query.order];
      const rows = [...shown].sort((one, two) => {
        const folders =
          query.order === "name" ? Number(two.kind === "folder") - Number(one.kind === "folder") : 0;
        const order = key(one) - key(two) || one.name.localeCompare(two.name, "en", { numeric: true });
        return folders || (query.descending ? -order : order);
      });
      return {
        folder: query.folder,
        total: rows.length,
        hidden: all.length - shown.length,
        from: query.from,
        rows: rows.slice(query.from, query.from + query.count),
        largest: Math.max(0, ...shown.map((one) => one.size ?? 0)),
        complete: true,
        revision: 1,
      };
    },
    findEntry: async (_place, typed) => {
      await soon();
      const path = typed.replace(/^[~/]+/, "").replace(/\/+$/, "");
      if (path === "") return file("", 0, 0, { kind: "folder" });
      const entry = BY_PATH.get(path);
      if (!entry) throw problem(`There is no “${typed}” in here.`, { field: "path", kind: "gone" });
      return entry;
    },
    openChanges: async (_place, folders, _file, receive) => {
      const update: PlaceUpdate = {
        folders: folders.map((folder) => ({ folder, revision: 1 })),
        file: 0,
        lost: null,
        comeback: 0,
      };
      const lost: PlaceUpdate = {
        ...update,
        lost: {
          kind: "engineAway",
          title: "Docker does not answer.",
          message: "What you see is from a moment ago. It goes on by itself when Docker is back.",
          hint: null,
          field: null,
          detail: null,
        },
      };
      return stepping(scenario === "lost" ? [update, lost] : [update], receive);
    },
    openMeasure: async (_place, receive) =>
      stepping(scenario === "counting" ? [spaceState(0.6)] : [0.2, 0.6, 1].map(spaceState), receive),
    spaceMap: async (_place, folder) => {
      await soon(20);
      const files = below(folder);
      return {
        folder,
        state: spaceState(1),
        cells: [...(FOLDERS.get(folder) ?? [])]
          .map(cell)
          .filter((one) => one.bytes > 0)
          .sort((one, two) => two.bytes - one.bytes)
          .slice(0, 199),
        shares: sharesOf(files),
        largestFiles: [...files].sort((one, two) => (two.size ?? 0) - (one.size ?? 0)).slice(0, 10),
      };
    },
    openSearch: async (_place, query, receive) => {
      found = search(query);
      const state = (share: number): SearchState => ({
        hits: Math.round(found.length * share),
        files: Math.round(FILES.length * share),
        bytes: Math.round(bytesOf(FILES) * share),
        done: share === 1,
        capped: false,
        problem: null,
      });
      return stepping([0.3, 0.7, 1].map(state), receive);
    },
    readHits: async (_place, from, count) => {
      await soon(30);
      return found.slice(from, from + count);
    },
  };
}
