import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CommandError } from "../ipc/error";
import { Ranges } from "./ranges.svelte";

const numbers = (count: number, asked: number[][] = []) => ({
  asked,
  ask: async (from: number, size: number) => {
    asked.push([from, size]);
    return {
      items: Array.from({ length: Math.max(0, Math.min(size, count - from)) }, (_, at) => from + at),
      total: count,
    };
  },
});
const settle = () => vi.advanceTimersByTimeAsync(0);
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("ranges", () => {
  it("ask for the pages on screen, once", async () => {
    const { ask, asked } = numbers(1000);
    const ranges = new Ranges(ask, 1000, 10);
    ranges.show(15, 32);
    ranges.show(18, 33);
    await settle();
    expect(asked).toEqual([
      [10, 10],
      [20, 10],
      [30, 10],
    ]);
    expect([ranges.at(9), ranges.at(10), ranges.at(39), ranges.at(40)]).toEqual([
      undefined,
      10,
      39,
      undefined,
    ]);
  });

  it("let go of what is far away", async () => {
    const { ask } = numbers(100_000);
    const ranges = new Ranges(ask, 100_000, 10);
    ranges.show(0, 10);
    await settle();
    for (let from = 10_000; from < 10_400; from += 10) {
      ranges.show(from, from + 10);
      await settle();
    }
    expect(ranges.at(0), "the first page is the furthest").toBeUndefined();
    expect(ranges.at(10_395)).toBe(10_395);
  });

  it("ask again for the number until it is known", async () => {
    let total: number | null = null;
    const ranges = new Ranges<number>(
      async (from, size) => ({ items: Array.from({ length: size }, (_, at) => from + at), total }),
      null,
      10,
    );
    ranges.show(0, 10);
    await settle();
    expect(ranges.total).toBeNull();
    expect(ranges.count, "there is room for one page more than was read").toBe(20);
    total = 4321;
    await vi.advanceTimersByTimeAsync(1000);
    expect(ranges.total).toBe(4321);
    expect(ranges.count).toBe(4321);
    ranges.stop();
  });

  it("say why a page could not be read, and try again", async () => {
    let broken = true;
    const { ask } = numbers(50);
    const ranges = new Ranges<number>(
      async (from, size) => {
        if (!broken) return ask(from, size);
        throw new CommandError({
          kind: "gone",
          title: "It is gone.",
          message: "",
          hint: null,
          field: null,
          detail: null,
        });
      },
      50,
      10,
    );
    ranges.show(0, 5);
    await settle();
    expect(ranges.problem?.title).toBe("It is gone.");
    broken = false;
    ranges.again();
    await settle();
    expect(ranges.problem).toBeNull();
    expect(ranges.at(3)).toBe(3);
  });

  it("take nothing in once they are stopped", async () => {
    const { ask, asked } = numbers(50);
    const ranges = new Ranges(ask, 50, 10);
    ranges.show(0, 5);
    ranges.stop();
    await settle();
    expect(ranges.at(0)).toBeUndefined();
    ranges.show(20, 30);
    expect(asked).toHaveLength(1);
  });
});
