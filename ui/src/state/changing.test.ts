import { describe, expect, it, vi } from "vitest";
import { Changing, movable } from "./changing.svelte";

function files() {
  const backend = {
    makeFolder: vi.fn(async (_: number, folder: string, name: string) =>
      folder ? `${folder}/${name}` : name,
    ),
    renameEntry: vi.fn(async (_: number, path: string, name: string) =>
      [...path.split("/").slice(0, -1), name].join("/"),
    ),
    moveEntries: vi.fn(async (_: number, paths: readonly string[], folder: string) =>
      paths.map((path) => `${folder}/${path.split("/").at(-1)}`),
    ),
    trashEntries: vi.fn(async (_: number, paths: readonly string[]) => paths.map((path) => `id of ${path}`)),
    restoreTrashed: vi.fn(async (_: number, ids: readonly string[]) =>
      ids.map((id) => id.slice("id of ".length)),
    ),
  };
  const refresh = vi.fn(async () => undefined);
  return { backend, refresh, changing: new Changing(backend, 1, { refresh }) };
}

describe("changing files", () => {
  it("renames the row whose name is typed, and reads its folder again", async () => {
    const { changing, refresh, backend } = files();
    changing.beginRename("a/old.txt");
    expect(await changing.rename("new.txt")).toBe("a/new.txt");
    expect(backend.renameEntry).toHaveBeenCalledWith(1, "a/old.txt", "new.txt");
    expect(refresh).toHaveBeenCalledWith(["a"]);
    expect(changing.renaming).toBeNull();
  });

  it("says at the field why a name will not do, and goes on there", async () => {
    const { changing, backend } = files();
    changing.beginFolder("a");
    backend.makeFolder.mockRejectedValueOnce({
      kind: "nameTaken",
      title: "It is taken.",
      message: "",
      field: "name",
    });
    expect(await changing.makeFolder("x")).toBeNull();
    expect([changing.making, changing.problem?.title]).toEqual(["a", "It is taken."]);
    expect(await changing.makeFolder("y")).toBe("a/y");
    expect([changing.making, changing.problem]).toEqual([null, null]);
  });

  it("types one name at a time", () => {
    const { changing } = files();
    changing.beginRename("a");
    changing.beginFolder("");
    expect([changing.renaming, changing.making]).toEqual([null, ""]);
  });

  it("remembers what was moved to the trash last, until it is back", async () => {
    const { changing, refresh } = files();
    const ids = await changing.trash(["a/x", "y"]);
    expect(changing.undoable).toEqual(ids);
    expect(await changing.bringBack(ids)).toEqual(["a/x", "y"]);
    expect(changing.undoable).toEqual([]);
    expect(refresh).toHaveBeenLastCalledWith(["a", ""]);
  });

  it("moves what was cut to another folder, and reads both again", async () => {
    const { changing, refresh } = files();
    changing.cut = ["a/x", "a/y"];
    expect(await changing.move(["a/x", "a/y"], "b")).toEqual(["b/x", "b/y"]);
    expect([changing.cut, refresh.mock.lastCall]).toEqual([[], [["a", "a", "b"]]]);
  });

  it("moves nothing into itself, or to where it is", () => {
    expect(movable(["a/x", "b"], "a")).toEqual(["b"]);
    expect(movable(["a"], "a/b")).toEqual([]);
    expect(movable(["a"], "ab")).toEqual(["a"]);
  });
});
