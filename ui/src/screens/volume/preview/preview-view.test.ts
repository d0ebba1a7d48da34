import { describe, expect, it } from "vitest";
import type { Column, Entry, Preview } from "../../../ipc/bindings";
import { containers } from "../../../ipc/demo/sample-engine";
import { labs } from "../../../ipc/demo/sample-labs";
import {
  columnStarts,
  columnsInView,
  columnWidths,
  labsSeeing,
  opensInBrowser,
  overtaken,
} from "./preview-view";

const preview = { path: "a.csv", changed: 1000, size: 10 } as Preview;
const entry = (part: Partial<Entry>) =>
  ({ path: "a.csv", kind: "file", changed: 1000, size: 10, ...part }) as Entry;

describe("a preview", () => {
  it("is overtaken by a newer or another file of the same time", () => {
    expect(overtaken(preview, entry({}))).toBe(false);
    expect(overtaken(preview, entry({ changed: 1001 }))).toBe(true);
    expect(overtaken(preview, entry({ size: 11 }))).toBe(true);
  });
  it("is not overtaken by a row that is older, or of another file", () => {
    expect(overtaken(preview, entry({ changed: 999, size: 3 }))).toBe(false);
    expect(overtaken(preview, entry({ path: "b.csv", changed: 5000 }))).toBe(false);
    expect(overtaken(preview, null)).toBe(false);
  });
  it("opens in the running labs that have the volume", () => {
    const labOf = new Map(labs.flatMap((lab) => (lab.container ? [[lab.container, lab] as const] : [])));
    expect(labsSeeing({ kind: "volume", name: "my-vol" }, containers, labOf).map((lab) => lab.name)).toEqual([
      "AI-Lab",
    ]);
    expect(labsSeeing({ kind: "volume", name: "nobody" }, containers, labOf)).toEqual([]);
    expect(labsSeeing({ kind: "folder", path: "my-vol" }, containers, labOf)).toEqual([]);
  });
  it("opens only web addresses", () => {
    expect(["https://exasol.com/a", "http://127.0.0.1:8888", "HTTPS://x"].every(opensInBrowser)).toBe(true);
    expect(
      [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "mailto:a@b.c",
        "data:text/html,x",
        "https:// x",
        " https://x",
      ].some(opensInBrowser),
    ).toBe(false);
  });
});

describe("columns", () => {
  const column = (name: string, kind = "text"): Column => ({ name, kind, number: false });
  it("are as wide as what stands in them, within bounds", () => {
    const [narrow, wide, longest] = columnWidths(
      [column("a", ""), column("b"), column("c")],
      [["1", "a name of some length", "x".repeat(500)]],
    );
    expect(narrow).toBe(56);
    expect(wide).toBeGreaterThan(150);
    expect(longest).toBe(320);
  });
  it("exist where they touch the view", () => {
    const starts = columnStarts([100, 100, 100, 100, 100]);
    expect(starts).toEqual([0, 100, 200, 300, 400, 500]);
    expect(columnsInView(starts, 0, 150)).toEqual({ from: 0, to: 3 });
    expect(columnsInView(starts, 250, 100)).toEqual({ from: 1, to: 5 });
    expect(columnsInView(starts, 450, 100)).toEqual({ from: 3, to: 5 });
    expect(columnsInView([0], 0, 100)).toEqual({ from: 0, to: 0 });
  });
});
