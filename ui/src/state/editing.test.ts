import { describe, expect, it, vi } from "vitest";
import type { EditedText, SaveOutcome } from "../ipc/bindings";
import { copyName, Editing } from "./editing.svelte";

function file(text: string) {
  const now = { text, version: 1 };
  const others = new Map<string, string>();
  const saveText = vi.fn(async (_: number, edited: EditedText): Promise<SaveOutcome> => {
    if (edited.version !== String(now.version))
      return {
        outcome: "overtaken",
        now: { path: edited.path, text: now.text, version: String(now.version) },
        changed: 5,
      };
    now.text = edited.text;
    now.version += 1;
    return { outcome: "saved", version: String(now.version) };
  });
  const readText = vi.fn(async (_: number, path: string) => ({
    path,
    text: now.text,
    version: String(now.version),
  }));
  const createText = vi.fn(async (_: number, folder: string, name: string, text: string) => {
    const path = `${folder}/${name}`;
    if (others.has(path)) throw { kind: "nameTaken", title: "It is taken.", message: "", field: "name" };
    others.set(path, text);
    return { path, text, version: "1" };
  });
  return { backend: { readText, saveText, createText }, now, others };
}
async function opened(text: string) {
  const one = file(text);
  const editing = new Editing(one.backend, 1);
  await editing.begin("notes/a.md");
  return { ...one, editing };
}

describe("a copy", () => {
  it("is named after its file", () => {
    expect(copyName("notes.md", 1)).toBe("notes (mine).md");
    expect(copyName("Makefile", 2)).toBe("Makefile (mine 2)");
    expect(copyName(".env", 1)).toBe(".env (mine)");
  });
});

describe("a text", () => {
  it("is unsaved from the first change until it is saved", async () => {
    const { editing } = await opened("one");
    expect(editing.unsaved).toBe(false);
    editing.text = "two";
    expect(editing.unsaved).toBe(true);
    await editing.save();
    expect(editing.unsaved).toBe(false);
  });

  it("is saved over nothing that the lab wrote, until one says so", async () => {
    const { editing, now } = await opened("one");
    editing.text = "mine";
    Object.assign(now, { text: "theirs", version: 7 });
    expect(await editing.save()).toBe(false);
    expect([now.text, editing.text, editing.theirs?.now.text]).toEqual(["theirs", "mine", "theirs"]);
    editing.putOff();
    expect(editing.text).toBe("mine");
    expect(await editing.save()).toBe(false);
    expect(await editing.keepMine()).toBe(true);
    expect([now.text, editing.theirs, editing.unsaved]).toEqual(["mine", null, false]);
  });

  it("can be theirs", async () => {
    const { editing, now } = await opened("one");
    editing.text = "mine";
    Object.assign(now, { text: "theirs", version: 7 });
    await editing.save();
    editing.takeTheirs();
    expect([editing.text, editing.unsaved]).toEqual(["theirs", false]);
    editing.text = "theirs and mine";
    expect(await editing.save()).toBe(true);
  });

  it("can be a copy, under a name that is free", async () => {
    const { editing, now, others } = await opened("one");
    others.set("notes/a (mine).md", "of last time");
    editing.text = "mine";
    Object.assign(now, { text: "theirs", version: 7 });
    await editing.save();
    expect(await editing.saveCopy("a.md")).toBe("notes/a (mine 2).md");
    expect(others.get("notes/a (mine 2).md")).toBe("mine");
    expect([now.text, editing.path, editing.unsaved]).toEqual(["theirs", "notes/a (mine 2).md", false]);
  });

  it("stays where it could not be saved", async () => {
    const { editing, backend } = await opened("one");
    editing.text = "mine";
    backend.saveText.mockRejectedValueOnce({ kind: "other", title: "The disk is full.", message: "" });
    expect(await editing.save()).toBe(false);
    expect([editing.problem?.title, editing.text, editing.unsaved]).toEqual([
      "The disk is full.",
      "mine",
      true,
    ]);
  });

  it("holds one back who leaves, and lets go where nothing would be lost", async () => {
    const { editing, now } = await opened("one");
    const left = vi.fn();
    editing.leave(left);
    expect(left).toHaveBeenCalledOnce();
    await editing.begin("notes/a.md");
    editing.text = "mine";
    editing.leave(left);
    expect(left).toHaveBeenCalledOnce();
    editing.stay();
    expect([editing.leaving, editing.text]).toEqual([null, "mine"]);
    editing.leave(left);
    await editing.saveAndLeave();
    expect([left.mock.calls.length, now.text, editing.path]).toEqual([2, "mine", null]);
  });

  it("stays open where saving on the way out is overtaken", async () => {
    const { editing, now } = await opened("one");
    const left = vi.fn();
    editing.text = "mine";
    Object.assign(now, { text: "theirs", version: 7 });
    editing.leave(left);
    await editing.saveAndLeave();
    expect([left.mock.calls.length, editing.text, editing.theirs?.now.text]).toEqual([0, "mine", "theirs"]);
  });

  it("drops the answer for a file that was left", async () => {
    const { backend } = file("one");
    const editing = new Editing(backend, 1);
    const first = editing.begin("a");
    editing.end();
    await first;
    expect([editing.path, editing.ready]).toEqual([null, false]);
  });
});
