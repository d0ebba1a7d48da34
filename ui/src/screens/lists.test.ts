import { describe, expect, it } from "vitest";
import type { VolumeSurvey } from "../ipc/bindings";
import { container, containers, images, port, volumes } from "../ipc/demo/sample-engine";
import { labs } from "../ipc/demo/sample-labs";
import { labelsOfPeople } from "../parts/volume-labels";
import * as view from "./containers/containers-view";
import { arrangeImages, imageLines, splitTag, totalSize } from "./images/images-view";
import {
  arrangeVolumes,
  barWords,
  freshness,
  labelsOf,
  type VolumeLine,
  volumeLines,
} from "./volumes/volumes-view";

const labOf = new Map(labs.flatMap((lab) => (lab.container ? [[lab.container, lab] as const] : [])));
const now = new Date();

describe("images", () => {
  const lines = imageLines(images, containers, labOf);
  it("have one row for each name, and leftovers at the end", () => {
    const [first] = images;
    if (!first) return;
    const twice = imageLines(
      [
        { ...first, tags: ["a:1", "a:2"] },
        { ...first, id: "sha256:0123456789abcdef", tags: [] },
      ],
      [],
      new Map(),
    );
    expect(twice.map((line) => line.tag)).toEqual(["a:1", "a:2", null]);
    expect(twice[2]?.repository).toBe("0123456789ab");
    expect(arrangeImages(lines, "", "largest").at(-1)?.tag).toBeNull();
  });
  it("are named by the lab that uses them", () => {
    expect(lines.find((line) => line.tag === "exasol/ai-lab:6.0.0")?.usedBy).toEqual([
      { name: "AI-Lab", lab: "ai-lab", running: true },
    ]);
  });
  it("are found by name and by who uses them", () => {
    expect(arrangeImages(lines, "AI-LAB", "name").map((line) => line.tag)).toEqual([
      "exasol/ai-lab:1.0.0",
      "exasol/ai-lab:6.0.0",
    ]);
    expect(arrangeImages(lines, "funny_rabbit", "name")).toHaveLength(1);
  });
  it("are sorted", () => {
    expect(arrangeImages(lines, "", "largest")[0]?.tag).toContain("all-spark");
    expect(arrangeImages(lines, "", "newest")[0]?.tag).toBe("crm-demo-web:latest");
  });
  it("count each image once", () => {
    expect(totalSize(images)).toBe(images.reduce((sum, one) => sum + one.size, 0));
  });
  it("split names at the tag, not at a registry's port", () => {
    expect(splitTag("localhost:5000/lab")).toEqual({ repository: "localhost:5000/lab", version: "" });
    expect(splitTag("localhost:5000/lab:1")).toEqual({ repository: "localhost:5000/lab", version: "1" });
  });
});

describe("volumes", () => {
  const surveys = new Map<string, VolumeSurvey>([
    [
      "old-project",
      {
        volume: "old-project",
        state: { state: "counted", at: 1 },
        bytes: 4_100_000_000,
        files: 67,
        shares: [],
        changed: 1,
        holds: "22 notebooks",
      },
    ],
  ]);
  const database: VolumeSurvey = {
    volume: "db",
    state: { state: "counted", at: 1 },
    bytes: 9,
    files: 1,
    shares: [{ sort: "databases", files: 1, bytes: 9 }],
    changed: 1,
    holds: "MySQL data",
  };
  const lines = volumeLines(volumes, containers, labOf, surveys);
  it("know who uses them and where", () => {
    expect(lines.find((line) => line.volume.name === "my-vol")?.usedBy).toEqual([
      {
        name: "AI-Lab",
        lab: "ai-lab",
        container: "ai-lab",
        running: true,
        target: "/home/jupyter/notebooks",
      },
    ]);
  });
  it("call a made-up name by what it belongs to, and put it last", () => {
    const last = arrangeVolumes(lines, "", "name").at(-1);
    expect(last).toMatchObject({ named: false, title: "Files of crm-demo-db-1" });
    const counted = new Map([["7f3a90c1b2d84e5f6a7b8c9d0e1f2a3b4c5d6e7f8091a2b3c4d5e6f708192a3b", database]]);
    const named = volumeLines(volumes, containers, labOf, counted).find((line) => !line.named);
    expect(named?.title).toBe("Database of crm-demo-db-1");
    expect(volumeLines(volumes, [], labOf, surveys).find((line) => !line.named)?.title).toBe("7f3a90c1b2d8");
  });
  it("are sorted by what they hold, and chosen by whether they are used", () => {
    const names = (found: readonly VolumeLine[]) => found.map((line) => line.volume.name);
    expect(names(arrangeVolumes(lines, "", "size"))[0]).toBe("old-project");
    expect(names(arrangeVolumes(lines, "", "name", "unused"))).toEqual(["old-project"]);
    expect(names(arrangeVolumes(lines, "notebooks", "name"))).toEqual(["old-project"]);
  });
  it("are found by the labels that people gave them, and not by those of programs", () => {
    const [first] = lines;
    if (!first) throw new Error("a volume");
    const labels = { team: "tides", plain: "", "com.docker.compose.project": "crm", "io.slipway.lab": "x" };
    const labelled = { ...first, volume: { ...first.volume, labels } };
    expect(labelsOfPeople(labels)).toEqual(["plain", "team: tides"]);
    expect(arrangeVolumes([labelled], "TIDES", "name")).toHaveLength(1);
    expect(arrangeVolumes([labelled], "slipway.lab", "name")).toHaveLength(0);
  });
  it("that run come first when sorted by use", () => {
    const sorted = arrangeVolumes(lines, "", "used").map((line) => line.usedBy.some((user) => user.running));
    expect(sorted).toEqual([...sorted].sort((one, two) => Number(two) - Number(one)));
    expect(arrangeVolumes(lines, "", "used").at(-1)?.volume.name).toBe("old-project");
  });
  it("say their bars in words", () => {
    expect(
      barWords([
        { sort: "tables", files: 1, bytes: 600 },
        { sort: "databases", files: 1, bytes: 200 },
        { sort: "notebooks", files: 1, bytes: 199 },
        { sort: "logs", files: 1, bytes: 1 },
      ]),
    ).toBe("Data 80%, Notebooks 20%");
    expect(barWords([])).toBe("");
  });
  it("are made with the labels that were typed", () => {
    const row = (name: string, value = "x") => ({ name, value });
    expect(labelsOf([row(" team "), row("", " "), row("stage", "a=b")])).toEqual({
      labels: [
        ["team", "x"],
        ["stage", "a=b"],
      ],
      wrong: null,
    });
    expect(labelsOf([row("", "lost")]).wrong).toBe("A label needs a name.");
    expect(labelsOf([row("a"), row("a")]).wrong).toContain("a already");
  });
  it("say whether their last change is in a backup", () => {
    const day = 86_400_000;
    const today = new Date(100 * day);
    const line = (backedUp: number | null, changed: number, counted = true) =>
      ({
        backedUp,
        survey: { changed, state: { state: counted ? "counted" : "waiting" } },
      }) as unknown as VolumeLine;
    expect(freshness(line(null, 0), today)).toBe("never");
    expect(freshness(line(20 * day, 10 * day), today)).toBe("fresh");
    expect(freshness(line(20 * day, 30 * day), today)).toBe("stale");
    expect(freshness(line(95 * day, 99 * day), today)).toBe("fresh");
    expect(freshness(line(20 * day, 10 * day, false), today)).toBe("stale");
    const kept = volumeLines(volumes, containers, labOf, surveys, new Map([["my-vol", today.getTime()]]));
    const unfresh = arrangeVolumes(kept, "", "name", "unfresh", today).map((one) => one.volume.name);
    expect(unfresh).toHaveLength(kept.length - 1);
    expect(unfresh).not.toContain("my-vol");
  });
  it("are found by lab", () => {
    expect(arrangeVolumes(lines, "eskapade", "name").map((line) => line.volume.name)).toEqual(["esk-work"]);
  });
});

describe("containers", () => {
  const lines = view.containerLines(containers, labOf);
  it("running first, labs before others", () => {
    const names = view.arrangeContainers(lines, "", "all", "running").map((line) => line.row.name);
    expect(names.slice(0, 2)).toEqual(["ai-lab", "jupyter-all-spark"]);
    expect(names.at(-1)).toBe("quizzical_bose");
  });
  it("are found by port, image and lab", () => {
    expect(view.arrangeContainers(lines, "5000", "all", "name").map((line) => line.row.name)).toEqual([
      "crm-demo-web-1",
    ]);
    expect(view.arrangeContainers(lines, "mysql", "all", "name")).toHaveLength(1);
    expect(view.arrangeContainers(lines, "data science", "all", "name").map((line) => line.row.name)).toEqual(
      ["sandbox"],
    );
  });
  it("are counted by state and by whether they are mine", () => {
    const count = (show: view.Show) => lines.filter((line) => view.isShown(line, show)).length;
    expect(count("running") + count("stopped")).toBe(count("all"));
    expect(count("other")).toBe(4);
  });
  it("say why they ended", () => {
    expect(view.ending(container(1, "a", "b", { state: "exited", exitCode: 137, outOfMemory: true }))).toBe(
      "Out of memory",
    );
    expect(view.ending(container(1, "a", "b", { state: "exited", exitCode: 1 }))).toBe("Ended with code 1");
    expect(view.ending(container(1, "a", "b", { state: "exited", exitCode: 0 }))).toBeNull();
    expect(view.ending(container(1, "a", "b", { exitCode: 1 }))).toBeNull();
  });
  it("show an unhealthy one as a problem", () => {
    const pill = (part: Parameters<typeof container>[3]) =>
      view.pillOf({ row: container(1, "a", "b", part), lab: null }).state;
    expect(pill({ health: "unhealthy" })).toBe("problem");
    expect(pill({ health: "starting" })).toBe("starting");
    expect(pill({ state: "dead" })).toBe("problem");
    expect(pill({ state: "unknown" })).toBe("stopped");
  });
  it("list a port once for IPv4 and IPv6, and say whether others reach it", () => {
    expect(
      view.portLines([port(8888, 8888, "0.0.0.0"), port(8888, 8888, "::"), port(null, 80), port(4040, 4040)]),
    ).toEqual([
      { host: 8888, container: 8888, open: true },
      { host: 4040, container: 4040, open: false },
      { host: null, container: 80, open: false },
    ]);
  });
  it("count up while they run and name the day after", () => {
    expect(
      view.since(container(1, "a", "b", { started: now.getTime() - 61_000 }), now).replaceAll("\u00a0", " "),
    ).toBe("1 min 1 s");
    expect(
      view.since(container(1, "a", "b", { state: "exited", finished: now.getTime() - 1000 }), now),
    ).toContain("today at");
  });
});
