import { describe, expect, it } from "vitest";
import { place } from "./place";
import { nextIndex, typedIndex } from "./roving";
import { visibleRange } from "./visible-range";

describe("arrow keys in a group", () => {
  it("go round, and to both ends", () => {
    expect(nextIndex("ArrowDown", 2, 3)).toBe(0);
    expect(nextIndex("ArrowLeft", 0, 3)).toBe(2);
    expect(nextIndex("End", 0, 3)).toBe(2);
    expect(nextIndex("Home", 2, 3)).toBe(0);
    expect(nextIndex("x", 1, 3)).toBeNull();
    expect(nextIndex("ArrowDown", 0, 0)).toBeNull();
  });

  it("typing jumps to the next entry that begins so", () => {
    const labels = ["Open", "Stop", "Start", "Delete"];
    expect(typedIndex("s", labels, 0)).toBe(1);
    expect(typedIndex("s", labels, 1)).toBe(2);
    expect(typedIndex("sta", labels, 0)).toBe(2);
    expect(typedIndex("z", labels, 0)).toBeNull();
  });
});

describe("a floating box", () => {
  const view = { width: 900, height: 600 };
  const anchor = (top: number, left: number) => ({ top, left, right: left + 30, bottom: top + 30 });
  const box = { width: 200, height: 150 };
  it("goes below, or above where it would not fit", () => {
    expect(place(anchor(100, 100), box, "start", 4, view)).toEqual({ left: 100, top: 134 });
    expect(place(anchor(560, 100), box, "start", 4, view).top).toBe(406);
  });
  it("never leaves the window", () => {
    expect(place(anchor(100, 880), box, "start", 4, view).left).toBe(692);
    expect(place(anchor(100, 0), box, "end", 4, view).left).toBe(8);
    expect(place(anchor(100, 0), { width: 200, height: 900 }, "start", 4, view).top).toBe(8);
  });
});

describe("visible rows", () => {
  it("are those in view and ten on either side", () => {
    expect(visibleRange(0, 340, 34, 500)).toEqual({ from: 0, to: 20 });
    expect(visibleRange(3400, 340, 34, 500)).toEqual({ from: 90, to: 120 });
    expect(visibleRange(16_660, 340, 34, 500)).toEqual({ from: 480, to: 500 });
  });
  it("are none of none, also when scrolled past the end", () => {
    expect(visibleRange(0, 340, 34, 0)).toEqual({ from: 0, to: 0 });
    expect(visibleRange(9999, 340, 34, 5)).toEqual({ from: 5, to: 5 });
    expect(visibleRange(-50, 340, 34, 5)).toEqual({ from: 0, to: 5 });
  });
});
