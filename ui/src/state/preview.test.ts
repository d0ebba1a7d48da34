import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Preview } from "../ipc/bindings";
import { LookedAt, PASSING } from "./preview.svelte";

const head = (path: string) => ({ id: 1, path, name: path }) as Preview;
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("the file looked at", () => {
  it("is not one that was only passed over", async () => {
    const openPreview = vi.fn(async (_: number, path: string) => head(path));
    const looked = new LookedAt({ openPreview });
    looked.open(1, "a");
    await vi.advanceTimersByTimeAsync(PASSING / 2);
    looked.open(1, "b");
    await vi.advanceTimersByTimeAsync(PASSING);
    expect(openPreview.mock.calls).toEqual([[1, "b"]]);
    expect(looked.head?.path).toBe("b");
    expect(looked.loading).toBe(false);
  });
  it("is not one whose answer came late", async () => {
    let answer: (head: Preview) => void = () => undefined;
    const looked = new LookedAt({
      openPreview: (_, path) =>
        path === "slow" ? new Promise((done) => (answer = done)) : Promise.resolve(head(path)),
    });
    looked.open(1, "slow");
    await vi.advanceTimersByTimeAsync(PASSING);
    looked.open(1, "quick");
    await vi.advanceTimersByTimeAsync(PASSING);
    answer(head("slow"));
    await vi.advanceTimersByTimeAsync(0);
    expect(looked.head?.path).toBe("quick");
  });
  it("says why it cannot be shown, and is read again", async () => {
    let broken = true;
    const looked = new LookedAt({
      openPreview: async (_, path) => {
        if (broken) throw { kind: "gone", title: "It is gone.", message: "" };
        return head(path);
      },
    });
    looked.open(1, "a");
    await vi.advanceTimersByTimeAsync(PASSING);
    expect(looked.problem?.title).toBe("It is gone.");
    broken = false;
    looked.again();
    await vi.advanceTimersByTimeAsync(0);
    expect([looked.problem, looked.head?.path]).toEqual([null, "a"]);
    looked.close();
    expect(looked.head).toBeNull();
  });
});
