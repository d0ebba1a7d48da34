/* What changed in sample labs, and their states that were saved. */
import type { ChangeKind, ChangeSort, ChangesGroup, ChangesRow, ChangesState, SavedImage } from "../bindings";
import { CommandError } from "../error";
import type { Life } from "../life";
import { Outlet } from "./channel";
import { HOUR, MINUTE, started } from "./sample-engine";

const NOW = started + 3 * HOUR;
const file = (path: string, bytes: number | null, change: ChangeKind = "added", age = HOUR): ChangesRow => ({
  kind: "file",
  path,
  change,
  size: bytes,
  changed: bytes === null ? null : NOW - age,
  folder: false,
});
const pack = (
  name: string,
  version: string,
  files: number,
  bytes: number,
  was: string | null = null,
): ChangesRow => ({
  kind: "package",
  name,
  version,
  was,
  change: was ? "changed" : "added",
  conda: false,
  files,
  size: bytes,
});

const GROUPS: readonly [ChangeSort, string, ChangesRow[]][] = [
  ["notebooks", "Notebooks", [file("/root/scratch/try_out.ipynb", 240_000, "added", 40 * MINUTE)]],
  [
    "data",
    "Downloads and data files",
    [
      file("/root/scratch/churn_features.parquet", 18_400_000, "added", 90 * MINUTE),
      file("/tmp/export/customers_sample.csv", 212_000, "added", 26 * HOUR),
    ],
  ],
  ["home", "Files in the home folder", [file("/root/scratch/notes.md", 3_000, "added", 2 * HOUR)]],
  [
    "packages",
    "Python packages",
    [
      pack("lightgbm", "4.5.0", 64, 8_100_000),
      pack("pandas", "2.0.3", 1021, 168_000_000, "1.5.3"),
      pack("xgboost", "2.1.1", 151, 212_000_000),
    ],
  ],
  [
    "settings",
    "Settings",
    [
      file(
        "/root/.jupyter/lab/user-settings/@jupyterlab/apputils-extension/themes.jupyterlab-settings",
        1_000,
        "changed",
      ),
      file("/root/.config/matplotlib/matplotlibrc", null, "removed"),
    ],
  ],
  [
    "temporary",
    "Caches and temporary files",
    Array.from({ length: 33 }, (_, at) => file(`/root/.cache/pip/http/${at}.body`, 133_000)),
  ],
];

function groupOf([sort, title, rows]: (typeof GROUPS)[number]): ChangesGroup {
  const files = rows.reduce((sum, row) => sum + (row.kind === "package" ? row.files : 1), 0);
  const bytes = rows.reduce((sum, row) => sum + (row.kind === "group" ? 0 : (row.size ?? 0)), 0);
  return {
    sort,
    title,
    files,
    packages: rows.filter((row) => row.kind === "package").length,
    size: bytes,
    measured: true,
  };
}

function state(scenario: string): ChangesState {
  const groups = scenario === "unchanged" ? [] : GROUPS.map(groupOf);
  return {
    read: Date.now(),
    files: groups.reduce((sum, group) => sum + group.files, 0),
    size: groups.reduce((sum, group) => sum + group.size, 0),
    unmeasured: 0,
    measured: true,
    layer: scenario === "unchanged" ? 0 : 412_000_000,
    image: 3_900_000_000,
    groups,
    kept: [{ target: "/home/jupyter/notebooks", kept: "volume", source: "ai-lab-work" }],
    problem: null,
  };
}

const textOf = (row: ChangesRow): string =>
  row.kind === "file" ? row.path : row.kind === "package" ? row.name : "";

export function sampleLife(scenario: string): Life {
  const saved: SavedImage[] = [
    {
      reference: "my-ai-lab:2026-11-02",
      note: "With xgboost, before the upgrade of pandas",
      created: NOW - 19 * 24 * HOUR,
      size: 4_200_000_000,
    },
  ];
  return {
    openLabChanges: async (_lab, receive) => {
      const outlet = new Outlet<ChangesState>();
      const stream = outlet.open(receive, state(scenario));
      return {
        ...stream,
        read: async ({ find, folded, from, count }) => {
          const wanted = find.toLowerCase();
          const rows = (scenario === "unchanged" ? [] : GROUPS).flatMap((group): ChangesRow[] => {
            const [sort, , all] = group;
            const shown = all.filter((row) => textOf(row).toLowerCase().includes(wanted));
            if (shown.length === 0) return [];
            const head: ChangesRow = { kind: "group", group: groupOf(group), folded: folded.includes(sort) };
            return head.folded ? [head] : [head, ...shown];
          });
          return { total: rows.length, rows: rows.slice(from, from + count) };
        },
      };
    },
    previewSave: async (lab) => ({
      lab,
      name: "my-ai-lab",
      tag: "2026-11-21",
      running: true,
      size: 4_312_000_000,
      layer: 412_000_000,
      kept: state(scenario).kept,
    }),
    checkImageName: async (name, tag) => ({
      name: /^[a-z0-9][a-z0-9._/-]*$/.test(name.trim()) ? null : "An image name has only small letters.",
      tag: tag.trim() ? null : "Give it a version, such as 1.",
      replaces:
        saved
          .filter((one) => one.reference === `${name.trim()}:${tag.trim()}`)
          .map((one) => ({
            reference: one.reference,
            created: one.created,
            size: one.size,
            usedBy: [],
          }))[0] ?? null,
    }),
    saveImage: async (_lab, wish) => {
      await new Promise((done) => setTimeout(done, 900));
      if (wish.name.includes("disk"))
        throw new CommandError({
          kind: "diskFull",
          title: "The disk of the engine is full.",
          message: "No image was made, and the lab is as it was.",
          hint: "Remove images or volumes that you no longer need, then try again.",
          field: null,
          detail: null,
        });
      const image: SavedImage = {
        reference: `${wish.name}:${wish.tag}`,
        note: wish.note,
        created: Date.now(),
        size: 4_312_000_000,
      };
      saved.unshift(image);
      return { image, caution: null };
    },
    savedImages: async () => [...saved],
    listProcesses: async () => ({
      titles: ["PID", "USER", "%CPU", "RSS", "ELAPSED", "COMMAND"],
      rows: [
        [
          "4121",
          "1000",
          "0.4",
          "182340",
          "03:12:04",
          "/home/jupyter/jupyterenv/bin/python jupyter-lab --port 49494",
        ],
        ["4390", "1000", "11.8", "1420132", "01:02:40", "python -m ipykernel_launcher -f kernel-1f0c.json"],
      ],
      count: 2,
    }),
  };
}
