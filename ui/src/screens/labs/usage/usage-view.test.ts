import { describe, expect, it } from "vitest";
import type { ContainerRow, Usage } from "../../../ipc/bindings";
import { area, HEIGHT, line, memoryWarning, outOfMemory, rates, scale, WIDTH } from "./usage-view";

const sample = (time: number, part: Partial<Usage> = {}): Usage => ({
  container: "abc",
  time,
  cpuPercent: 0,
  memory: 0,
  memoryLimit: 1000,
  received: 0,
  sent: 0,
  read: 0,
  written: 0,
  processes: 1,
  ...part,
});

describe("what the Usage tab draws", () => {
  it("tells speeds from what was counted, and begins anew with the container", () => {
    const samples = [
      sample(0, { received: 100 }),
      sample(2000, { received: 700 }),
      sample(3000, { received: 50 }),
      sample(3000, { received: 90 }),
    ];
    expect(rates(samples, "received").map(({ value }) => value)).toEqual([300, 0, 0]);
  });
  it("has a scale that is round and holds all", () => {
    expect([0.03, 0.4, 1, 17, 101].map((most) => scale(most, 0.1))).toEqual([0.1, 0.5, 1, 20, 200]);
  });
  it("breaks the line where nobody looked", () => {
    const points = [0, 1000, 2000, 60_000, 61_000].map((time) => ({ time, value: 1 }));
    const path = line(points, 0, 61_000, 2);
    expect(path.split("M")).toHaveLength(3);
    expect(path.startsWith(`M0.0 ${(HEIGHT / 2).toFixed(1)}L`)).toBe(true);
    expect(path.endsWith(`L${WIDTH.toFixed(1)} ${(HEIGHT / 2).toFixed(1)}`)).toBe(true);
    expect(area(path).split("Z")).toHaveLength(3);
    expect(line(points, 10_000, 70_000, 2), "what is older is left out").toMatch(/^M/);
    expect(area("")).toBe("");
  });
  it("warns of memory that came near the limit, and says an end in plain words", () => {
    expect(memoryWarning([sample(0, { memory: 500 })], new Date(0))).toBeNull();
    expect(
      memoryWarning([sample(0, { memory: 960 }), sample(1, { memory: 100 })], new Date(0))?.title,
    ).toMatch(/^Memory reached 96%/);
    expect(memoryWarning([sample(0, { memory: 5, memoryLimit: 0 })], new Date(0))).toBeNull();
    const killed = { outOfMemory: true } as ContainerRow;
    expect(outOfMemory(undefined, false, null)).toBeNull();
    expect(outOfMemory(killed, false, null)?.title).toBe("This lab was stopped because it ran out of memory");
    expect(outOfMemory(killed, true, 1000)?.title).toBe(
      "A program in this lab was stopped because memory ran out",
    );
  });
});
