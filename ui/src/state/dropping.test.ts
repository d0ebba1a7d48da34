import { describe, expect, it, vi } from "vitest";
import type { DropState } from "../ipc/bindings";
import { Dropping } from "./dropping.svelte";

const drop = (number: number): DropState => ({
  held: null,
  dropped: { number, count: 1, names: ["a.csv"], x: 1, y: 2, own: false },
});
const made = () => new Dropping({ openDrops: () => new Promise(() => undefined) });

describe("files over the window", () => {
  it("are told to the newest page that takes them, each drop once", () => {
    const dropping = made();
    const [page, other] = [vi.fn(), vi.fn()];
    dropping.onDrop(page);
    const leave = dropping.onDrop(other);
    dropping.take({ held: null, dropped: null });
    dropping.take({ held: { count: 2, x: 5, y: 6, own: false }, dropped: null });
    expect(dropping.held).toEqual({ count: 2, x: 5, y: 6, own: false });
    dropping.take(drop(1));
    dropping.take(drop(1));
    expect([page.mock.calls.length, other.mock.calls.length, dropping.held]).toEqual([0, 1, null]);
    leave();
    dropping.take(drop(2));
    expect(page).toHaveBeenCalledOnce();
  });

  it("that were dropped before the page looked are not taken", () => {
    const dropping = made();
    const page = vi.fn();
    dropping.onDrop(page);
    dropping.take(drop(4));
    expect(page).not.toHaveBeenCalled();
    dropping.take(drop(5));
    expect(page).toHaveBeenCalledOnce();
  });
});
