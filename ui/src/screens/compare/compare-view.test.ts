import { describe, expect, it } from "vitest";
import type { ComparedOutput, ComparedPart } from "../../ipc/bindings";
import { sampleComparison } from "../../ipc/demo/sample-compare";
import { drawn, filesOf, step } from "./compare-view";

describe("two files side by side", () => {
  it("counts cells that are the same, and shows the others", () => {
    const { rows, differences } = drawn(sampleComparison("a.ipynb", "b.ipynb"));
    expect(rows[0]).toEqual({ row: "same", count: 2 });
    expect(rows[1]).toMatchObject({ row: "part", left: "Cell 3", change: "changed", outputs: true });
    expect(rows.at(-1)).toEqual({ row: "same", count: 4 });
    expect(differences).toHaveLength(5);
    expect(differences[0]).toEqual({ from: 1, to: 8 });
    expect(rows.slice(6, 8)).toMatchObject([{ row: "outputs", unseen: "nothing" }, { row: "line" }]);
  });
  it("does not show a cell's text where its outputs alone differ", () => {
    const { rows } = drawn(sampleComparison("a.ipynb", "b.ipynb"));
    const at = rows.findIndex((row) => row.row === "part" && row.left === "Cell 5");
    expect(rows[at]).toMatchObject({ change: "same", outputs: true });
    expect(rows.slice(at + 1, at + 4)).toMatchObject([
      { row: "outputs" },
      { row: "pictures", left: { key: "o:4:0" }, right: { key: "o:3:0" } },
      { row: "part" },
    ]);
  });
  it("says what it does not show", () => {
    const whole = sampleComparison("a.ipynb", "b.ipynb");
    const one = { ...(whole.parts[2] as ComparedPart), moreLines: 7 };
    const said = (outputs: ComparedOutput[] | null) =>
      drawn({ ...whole, parts: [{ ...one, outputs }] }).rows.slice(-2);
    expect(said([])).toEqual([
      { row: "cut", count: 7 },
      { row: "outputs", unseen: "alike" },
    ]);
    expect(said(null).at(-1)).toEqual({ row: "outputs", unseen: "uncompared" });
  });
  it("takes lines that differ one after the other as one difference", () => {
    const { rows, differences } = drawn(sampleComparison("a.py", "b.py"));
    expect(differences).toHaveLength(60);
    expect(differences[1]).toEqual({ from: 8 + 3, to: 8 + 7 });
    expect(rows).toHaveLength(480);
  });
  it("has nothing to show for the same files", () => {
    expect(drawn(sampleComparison("a.py", "a.py"))).toEqual({ rows: [], differences: [] });
    expect(drawn(null)).toEqual({ rows: [], differences: [] });
  });
  it("goes from difference to difference, and round", () => {
    expect(step(null, 3, 1)).toBe(0);
    expect(step(null, 3, -1)).toBe(2);
    expect(step(2, 3, 1)).toBe(0);
    expect(step(0, 3, -1)).toBe(2);
    expect(step(null, 0, 1)).toBeNull();
  });
  it("reads which files are meant, and takes no half of it", () => {
    expect(filesOf({ left: "a", leftVolume: "one", right: "b", rightFolder: "/home/anna" })).toEqual([
      { place: { kind: "volume", name: "one" }, path: "a" },
      { place: { kind: "folder", path: "/home/anna" }, path: "b" },
    ]);
    expect(filesOf({ left: "a", leftVolume: "one", right: "b" })).toBeNull();
    expect(filesOf({})).toBeNull();
  });
});
