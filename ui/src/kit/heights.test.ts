import { describe, expect, it } from "vitest";
import { Heights } from "./heights";
import { longRange, TALLEST, topOf } from "./long-range";

describe("heights", () => {
  it("are guessed until they are measured", () => {
    const heights = new Heights(5, 10);
    expect(heights.total).toBe(50);
    expect(heights.set(1, 35)).toBe(25);
    expect(heights.set(1, 35)).toBe(0);
    expect(heights.set(3, 4)).toBe(-6);
    expect([0, 1, 2, 3, 4, 5].map((row) => heights.top(row))).toEqual([0, 10, 45, 55, 59, 69]);
    expect(heights.total).toBe(69);
  });
  it("say which row is where", () => {
    const heights = new Heights(4, 10);
    heights.set(0, 100);
    expect([-5, 0, 99, 100, 109, 110, 9999].map((at) => heights.at(at))).toEqual([0, 0, 0, 1, 1, 2, 3]);
    expect(new Heights(0, 10).at(50)).toBe(0);
  });
  it("forget nothing in a long list, and take no row that is not there", () => {
    const heights = new Heights(100_000, 20);
    for (let row = 0; row < 100_000; row += 1000) heights.set(row, 50);
    expect(heights.total).toBe(100_000 * 20 + 100 * 30);
    expect(heights.at(heights.top(54_321))).toBe(54_321);
    expect(heights.set(100_000, 1)).toBe(0);
    expect(heights.set(-1, 1)).toBe(0);
  });
});

describe("a long list", () => {
  it("is drawn pixel by pixel while it is short enough", () => {
    expect(longRange(4000, 400, 20, 1000, 0)).toEqual({ from: 200, to: 220, tall: 20_000, down: 4000 });
    expect(longRange(0, 400, 20, 3)).toEqual({ from: 0, to: 3, tall: 60, down: 0 });
  });
  it("reaches its first and last row however long it is", () => {
    const count = 40_000_000;
    const end = longRange(TALLEST - 400, 400, 20, count);
    expect(end.to).toBe(count);
    expect(end.tall).toBe(TALLEST);
    // The last row ends where the whole does.
    expect(end.down + (end.to - end.from) * 20).toBeCloseTo(TALLEST, 3);
    expect(longRange(0, 400, 20, count).from).toBe(0);
  });
  it("finds the way to a row and back", () => {
    for (const count of [1000, 40_000_000])
      for (const row of [0, 1, 500, 900]) {
        const top = topOf(row, 400, 20, count);
        const { from, down } = longRange(top, 400, 20, count, 0);
        expect(Math.abs(from - row)).toBeLessThanOrEqual(1);
        expect(Math.abs(down - top)).toBeLessThanOrEqual(20);
      }
  });
});
