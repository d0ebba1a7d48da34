import { describe, expect, it } from "vitest";
import type { Entry, FolderPage, FolderQuery } from "../ipc/bindings";
import { Selection, topmost } from "./selection.svelte";
import { Tree } from "./tree.svelte";

const entry = (path: string, size: number | null = 1) => ({ path, name: path, kind: "file", size }) as Entry;
const settled = () => new Promise((done) => setTimeout(done));

async function many(count: number) {
  const rows = Array.from({ length: count }, (_, at) => entry(`f${String(at).padStart(4, "0")}`, at));
  const listFolder = async (_: number, query: FolderQuery): Promise<FolderPage> => ({
    folder: query.folder,
    total: rows.length,
    hidden: 0,
    from: query.from,
    rows: rows.slice(query.from, query.from + query.count),
    largest: 1,
    complete: true,
    revision: 1,
  });
  const tree = new Tree({ listFolder }, 1);
  tree.show("");
  await settled();
  return { tree, rows };
}

describe("paths", () => {
  it("leave out what lies in a folder that is there too", () => {
    expect(topmost(["a/b", "a", "ab", "c/d/e", "c/d"])).toEqual(["a", "ab", "c/d"]);
    expect(topmost([])).toEqual([]);
  });
});

describe("a selection", () => {
  it("adds and takes out one by one, and knows its size", () => {
    const selection = new Selection();
    selection.only(entry("a", 5));
    expect(selection.single?.path).toBe("a");
    selection.toggle(entry("b", 7));
    expect([selection.size, selection.single, selection.bytes]).toEqual([2, null, 12]);
    selection.toggle(entry("a", 5));
    expect(selection.single?.path).toBe("b");
    selection.toggle(entry("pipe", null));
    expect(selection.bytes).toBeNull();
  });

  it("stretches from where the last choice began, over rows that are not read yet, and back", async () => {
    const { tree, rows } = await many(450);
    const [, second] = rows;
    const selection = new Selection();
    if (second) selection.only(second);
    await selection.stretch(tree, 320);
    expect(selection.size).toBe(320);
    expect(selection.has("f0000")).toBe(false);
    await selection.stretch(tree, 0);
    expect(selection.entries.map((one) => one.path)).toEqual(["f0000", "f0001"]);
  });

  it("takes no more than it may at once, and says so", async () => {
    const { tree } = await many(10_050);
    const selection = new Selection();
    await selection.all(tree);
    expect([selection.size, selection.capped]).toEqual([10_000, true]);
    selection.clear();
    expect([selection.size, selection.capped]).toEqual([0, false]);
  });

  it("drops an answer that comes after another choice", async () => {
    const { tree } = await many(300);
    const selection = new Selection();
    const all = selection.all(tree);
    selection.only(entry("f0007"));
    await all;
    expect(selection.paths).toEqual(["f0007"]);
  });

  it("lets go of what is gone, with all in it", () => {
    const selection = new Selection();
    for (const path of ["a/b", "a/c/d", "ab"]) selection.toggle(entry(path));
    selection.drop(["a"]);
    expect(selection.paths).toEqual(["ab"]);
  });
});
