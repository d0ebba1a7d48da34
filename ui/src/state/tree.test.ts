import { describe, expect, it, vi } from "vitest";
import type { Entry, FolderPage, FolderQuery } from "../ipc/bindings";
import { PAGE, runAt, runsOf, Tree } from "./tree.svelte";

const entry = (path: string, kind: Entry["kind"] = "file") => ({ path, name: path, kind, size: 1 }) as Entry;
const settled = () => new Promise((done) => setTimeout(done));

function place(files: Record<string, Entry[]>) {
  const state = { revision: 1 };
  const listFolder = vi.fn(async (_: number, query: FolderQuery): Promise<FolderPage> => {
    const rows = files[query.folder];
    if (!rows) throw { kind: "gone", title: "It is gone.", message: "" };
    return {
      folder: query.folder,
      total: rows.length,
      hidden: 2,
      from: query.from,
      rows: rows.slice(query.from, query.from + query.count),
      largest: 1,
      complete: true,
      revision: state.revision,
    };
  });
  return { listFolder, state };
}

describe("runs of rows", () => {
  it("put the rows of an unfolded folder below it", () => {
    const runs = runsOf(
      "",
      new Map([
        ["", { total: 3, open: [{ index: 1, path: "b" }] }],
        ["b", { total: 2, open: [] }],
      ]),
    );
    expect(runs.map(({ folder, from, count, at }) => [folder, from, count, at])).toEqual([
      ["", 0, 2, 0],
      ["b", 0, 2, 2],
      ["", 2, 1, 4],
    ]);
    expect(runAt(runs, 3)?.folder).toBe("b");
    expect(runAt(runs, 5)).toBeUndefined();
  });
  it("do not go round in a circle", () => {
    const folders = new Map([
      ["", { total: 1, open: [{ index: 0, path: "a" }] }],
      ["a", { total: 1, open: [{ index: 0, path: "" }] }],
    ]);
    expect(runsOf("", folders).reduce((sum, run) => sum + run.count, 0)).toBe(2);
  });
});

describe("a tree", () => {
  it("asks only for pages that are on screen", async () => {
    const many = Array.from({ length: 5000 }, (_, at) => entry(`f${at}`));
    const backend = place({ "": many });
    const tree = new Tree(backend, 1);
    tree.show("");
    await settled();
    expect(tree.count).toBe(5000);
    tree.need(2000, 2010);
    await settled();
    expect(backend.listFolder.mock.calls.map(([, query]) => query.from)).toEqual([0, 20 * PAGE]);
    expect(tree.at(2005)?.entry.path).toBe("f2005");
    expect(tree.at(900)).toBeUndefined();
  });
  it("unfolds and folds a folder in its place", async () => {
    const tree = new Tree(
      place({ "": [entry("a", "folder"), entry("z")], a: [entry("a/1"), entry("a/2")] }),
      1,
    );
    tree.show("");
    await settled();
    tree.toggle("a");
    await settled();
    expect([0, 1, 2, 3].map((row) => [tree.at(row)?.entry.path, tree.at(row)?.depth])).toEqual([
      ["a", 0],
      ["a/1", 1],
      ["a/2", 1],
      ["z", 0],
    ]);
    expect(tree.rowOf("z")).toBe(3);
    expect(tree.shown).toEqual(["", "a"]);
    tree.toggle("a");
    expect(tree.count).toBe(2);
  });
  it("keeps what is shown until a changed folder has been read again", async () => {
    const files: Record<string, Entry[]> = { "": [entry("old")] };
    const backend = place(files);
    const tree = new Tree(backend, 1);
    tree.show("");
    await settled();
    files[""] = [entry("new"), entry("old")];
    backend.state.revision = 2;
    tree.take([{ folder: "", revision: 2 }]);
    expect(tree.at(0)?.entry.path).toBe("old");
    await settled();
    expect([tree.count, tree.at(0)?.entry.path]).toEqual([2, "new"]);
    backend.listFolder.mockClear();
    tree.take([{ folder: "", revision: 2 }]);
    expect(backend.listFolder).not.toHaveBeenCalled();
  });
  it("reads a folder once more that was changed while it was being read", async () => {
    const answers: ((rows: Entry[]) => void)[] = [];
    const page = (rows: Entry[]) => ({
      folder: "",
      total: rows.length,
      hidden: 0,
      from: 0,
      rows,
      largest: 1,
      complete: true,
      revision: 1,
    });
    const listFolder = () => new Promise<FolderPage>((done) => answers.push((rows) => done(page(rows))));
    const tree = new Tree({ listFolder }, 1);
    tree.show("");
    answers[0]?.([entry("old")]);
    await settled();
    const first = tree.refresh([""]);
    const second = tree.refresh([""]);
    const third = tree.refresh([""]);
    expect(answers).toHaveLength(2);
    answers[1]?.([entry("old")]);
    await first;
    await settled();
    expect(answers).toHaveLength(3);
    answers[2]?.([entry("new")]);
    await Promise.all([second, third]);
    expect(tree.at(0)?.entry.name).toBe("new");
    expect(answers).toHaveLength(3);
  });
  it("says why a folder cannot be read", async () => {
    const tree = new Tree(place({}), 1);
    tree.show("gone");
    await settled();
    expect(tree.problem?.title).toBe("It is gone.");
    tree.show("");
    expect(tree.problem).toBeNull();
  });
  it("drops an answer that comes after everything was asked anew", async () => {
    const { listFolder } = place({ "": [entry("now")] });
    let answer: (page: FolderPage) => void = () => undefined;
    let late = true;
    const backend = {
      listFolder: (id: number, query: FolderQuery) => {
        if (!late) return listFolder(id, query);
        late = false;
        return new Promise<FolderPage>((done) => (answer = done));
      },
    };
    const tree = new Tree(backend, 1);
    tree.show("");
    tree.reload();
    await settled();
    expect(tree.at(0)?.entry.path).toBe("now");
    answer({
      ...(await listFolder(1, {
        folder: "",
        order: "name",
        descending: false,
        hidden: false,
        from: 0,
        count: 9,
      })),
      rows: [entry("before")],
    });
    await settled();
    expect(tree.at(0)?.entry.path).toBe("now");
  });
});
