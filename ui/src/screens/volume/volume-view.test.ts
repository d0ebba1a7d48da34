import { describe, expect, it } from "vitest";
import type { Entry, SpaceCell } from "../../ipc/bindings";
import {
  aboutOf,
  crumbsOf,
  cutLine,
  drawnCells,
  folderOf,
  kindsOf,
  legendOf,
  placeOf,
  shownPart,
} from "./volume-view";

const cell = (name: string, bytes: number): SpaceCell => ({
  path: name,
  name,
  folder: false,
  sort: "other",
  bytes,
  files: 1,
  parts: [],
});

describe("the picture of the space", () => {
  it("gives each cell an area of its size and leaves out what would not be seen", () => {
    const drawn = drawnCells(
      [cell("half", 500), cell("quarter", 250), cell("rest", 250), cell("dust", 0.0001)],
      400,
      200,
    );
    expect(drawn.map((one) => one.cell.name)).toEqual(["half", "quarter", "rest"]);
    const area = (at: number) => ((drawn[at]?.width ?? 0) + 2) * ((drawn[at]?.height ?? 0) + 2);
    expect(area(0)).toBeCloseTo(40_000, -3);
    expect(area(1)).toBeCloseTo(20_000, -3);
  });
  it("writes words only where they fit", () => {
    expect(drawnCells([cell("a", 1)], 50, 50)[0]?.room).toBe("none");
    expect(drawnCells([cell("a", 1)], 200, 32)[0]?.room).toBe("one");
    expect(drawnCells([cell("a", 1)], 200, 90)[0]?.room).toBe("two");
    expect(drawnCells([cell("a", 1)], 0, 90)).toEqual([]);
  });
  it("names what there is, in one order", () => {
    expect(
      legendOf([
        { sort: "logs", files: 2, bytes: 9 },
        { sort: "tables", files: 1, bytes: 5 },
        { sort: "databases", files: 1, bytes: 5 },
        { sort: "models", files: 0, bytes: 0 },
      ]).map((one) => one.group),
    ).toEqual(["data", "other"]);
  });
  it("says how much there is of each kind, largest first", () => {
    expect(
      kindsOf([
        { sort: "tables", files: 1, bytes: 5 },
        { sort: "logs", files: 2, bytes: 9 },
        { sort: "databases", files: 1, bytes: 6 },
      ]).map(({ group, bytes }) => [group, bytes]),
    ).toEqual([
      ["data", 11],
      ["other", 9],
    ]);
  });
});

describe("paths", () => {
  it("are a way of steps", () => {
    expect(crumbsOf("my-vol", "churn/data")).toEqual([
      { name: "my-vol", path: "" },
      { name: "churn", path: "churn" },
      { name: "data", path: "churn/data" },
    ]);
    expect(folderOf("a/b/c")).toBe("a/b");
    expect(folderOf("a")).toBe("");
  });
  it("show bytes that are no letters, and signs that deceive, as what they are", () => {
    expect(shownPart("caf\\xe9")).toBe("caf\u{fffd}");
    expect(shownPart("back\\\\slash")).toBe("back\\slash");
    expect(shownPart("a\u{202e}b\nc")).toBe("a\u{fffd}b\u{fffd}c");
  });
  it("name a volume or a whole path of a folder, and nothing else", () => {
    expect(placeOf("my-vol", undefined)).toEqual({ kind: "volume", name: "my-vol" });
    expect(placeOf(null, "/home/anna/work")).toEqual({ kind: "folder", path: "/home/anna/work" });
    expect(placeOf(null, "relative")).toBeNull();
  });
  it("keep the three parts of a found line", () => {
    expect(cutLine("select features from x", 7, 15)).toEqual(["select ", "features", " from x"]);
  });
});

describe("what the file system says of a row", () => {
  const entry = { owner: null, user: 4321, permissions: "rw-r-----", target: null, targetKind: null };
  const about = (more: Partial<Entry>) => aboutOf({ ...entry, ...more } as Entry);
  it("is whose it is and what may be done with it", () => {
    expect(about({})).toEqual(["Belongs to 4321, rw-r-----"]);
    expect(about({ owner: "jupyter" })).toEqual(["Belongs to jupyter, rw-r-----"]);
  });
  it("begins with where a link leads", () => {
    expect(about({ target: "data", targetKind: "folder" })[0]).toBe("Leads to data");
    expect(about({ target: "/etc/passwd" })[0]).toContain("not in here");
  });
});
