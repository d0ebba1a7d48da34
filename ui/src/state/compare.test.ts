import { describe, expect, it, vi } from "vitest";
import type { Comparison, OpenedPlace, Preview } from "../ipc/bindings";
import { CommandError } from "../ipc/error";
import { Chosen, type PlacedFile, SideBySide } from "./compare.svelte";

const file = (volume: string, path: string): PlacedFile => ({
  place: { kind: "volume", name: volume },
  path,
});
const found = { summary: "The same.", parts: [] } as unknown as Comparison;

function backend() {
  let last = 0;
  return {
    openPlace: vi.fn(async () => {
      last += 1;
      return { id: last } as OpenedPlace;
    }),
    closePlace: vi.fn(async (_place: number) => undefined),
    compareFiles: vi.fn(async (_l: number, _left: string, _r: number, _right: string) => found),
    openPreview: vi.fn(async (place: number, _path: string) => ({ id: place * 10 }) as Preview),
    previewPicture: vi.fn(async (_preview: number, _key: string) => new ArrayBuffer(1)),
  };
}

describe("two files", () => {
  it("opens a place once where both lie in it, and closes it", async () => {
    const asked = backend();
    const both = new SideBySide(asked, file("one", "a"), file("one", "b"));
    await both.read();
    expect(asked.compareFiles).toHaveBeenCalledWith(1, "a", 1, "b");
    expect(asked.closePlace.mock.calls).toEqual([[1]]);
    expect(both.found).toBe(found);
    expect(both.loading).toBe(false);
  });
  it("opens two places, and closes both where it fails", async () => {
    const asked = backend();
    asked.compareFiles.mockRejectedValueOnce(
      new CommandError({
        kind: "other",
        title: "No.",
        message: "",
        hint: "",
        field: null,
        detail: null,
      } as never),
    );
    const both = new SideBySide(asked, file("one", "a"), file("two", "a"));
    await both.read();
    expect(asked.closePlace.mock.calls).toEqual([[1], [2]]);
    expect(both.problem?.title).toBe("No.");
  });
  it("keeps places open for their pictures until the page is left", async () => {
    const asked = backend();
    asked.compareFiles.mockResolvedValue({
      summary: "1 cell with other outputs.",
      parts: [{ outputs: [{ type: "pictures", left: { key: "o:0:0" }, right: null }] }],
    } as unknown as Comparison);
    const both = new SideBySide(asked, file("one", "a"), file("two", "a"));
    const stop = both.start();
    await vi.waitFor(() => expect(both.found).not.toBeNull());
    expect(asked.closePlace).not.toHaveBeenCalled();
    await both.picture(1, "o:0:0");
    expect(asked.previewPicture).toHaveBeenCalledWith(20, "o:0:0");
    stop();
    expect(asked.closePlace.mock.calls).toEqual([[1], [2]]);
  });
  it("drops what comes after the page was left", async () => {
    const asked = backend();
    const both = new SideBySide(asked, file("one", "a"), file("one", "b"));
    const stop = both.start();
    stop();
    await vi.waitFor(() => expect(asked.closePlace).toHaveBeenCalled());
    expect(both.found).toBeNull();
    expect(asked.compareFiles).not.toHaveBeenCalled();
  });
  it("takes any other file than the first", () => {
    const chosen = new Chosen();
    expect(chosen.takes(file("one", "a"))).toBe(false);
    chosen.first = file("one", "a");
    expect(chosen.takes(file("one", "a"))).toBe(false);
    expect(chosen.takes(file("two", "a"))).toBe(true);
    expect(chosen.takes(file("one", "b"))).toBe(true);
  });
});
