import { describe, expect, it } from "vitest";
import { ROW, RowHeights } from "./row-heights";

describe("rows of a log", () => {
  it("stand one below the other, wrapped ones with their height", () => {
    const rows = new RowHeights();
    rows.settle(0, 100);
    expect(rows.total).toBe(100 * ROW);
    expect(rows.set(10, 60)).toBe(40);
    expect(rows.top(11)).toBe(11 * ROW + 40);
    expect(rows.at(10 * ROW + 59)).toBe(10);
    expect(rows.at(10 * ROW + 60)).toBe(11);
    expect(rows.at(1_000_000)).toBe(99);
  });

  it("keep their heights while older ones go", () => {
    const rows = new RowHeights();
    rows.settle(0, 100);
    rows.set(10, 60);
    expect(rows.settle(5, 100)).toBe(5 * ROW);
    expect(rows.top(6)).toBe(6 * ROW + 40);
    expect(rows.settle(11, 100)).toBe(6 * ROW + 40);
    expect(rows.total).toBe(100 * ROW);
  });

  it("begin anew when the table is full", () => {
    const rows = new RowHeights();
    rows.settle(0, 50_000);
    for (let first = 0; first < 400_000; first += 20_000) rows.settle(first, 50_000);
    expect(rows.total).toBe(50_000 * ROW);
    expect(rows.at(49_999 * ROW)).toBe(49_999);
  });
});
