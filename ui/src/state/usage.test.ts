import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Backend } from "../ipc/backend";
import type { Usage as Sample } from "../ipc/bindings";
import { demo } from "../ipc/demo";
import { KEPT, KEPT_LONG, Usage } from "./usage.svelte";

const sampleAt = (time: number): Sample => ({
  container: "abc",
  time,
  cpuPercent: time,
  memory: 1,
  memoryLimit: 2,
  received: 10 * time,
  sent: 0,
  read: 0,
  written: 0,
  processes: 3,
});

describe("usage", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function counted() {
    const backend: Backend = demo();
    let open = 0;
    const openUsage = vi.fn<Backend["openUsage"]>(async (container, receive) => {
      open += 1;
      const stream = await demo().openUsage(container, receive);
      return {
        ...stream,
        close: () => {
          open -= 1;
          stream.close();
        },
      };
    });
    return { usage: new Usage({ ...backend, openUsage }), openUsage, open: () => open };
  }

  it("is asked for only while someone looks, once for all who look", async () => {
    const { usage, openUsage, open } = counted();
    const first = usage.watch("abc");
    const second = usage.watch("abc");
    await vi.advanceTimersByTimeAsync(500);
    expect(openUsage).toHaveBeenCalledOnce();
    first();
    await vi.advanceTimersByTimeAsync(500);
    expect(open(), "the second one still looks").toBe(1);
    second();
    await vi.advanceTimersByTimeAsync(500);
    expect(open()).toBe(0);
    expect(usage.figures.size).toBe(0);
  });

  it("is not asked for when a card is only scrolled past", async () => {
    const { usage, openUsage } = counted();
    usage.watch("abc")();
    await vi.advanceTimersByTimeAsync(500);
    expect(openUsage).not.toHaveBeenCalled();
  });

  it("keeps a minute and no more", () => {
    const { usage } = counted();
    for (let at = 0; at < 3 * KEPT; at += 1) usage.take(sampleAt(at));
    expect(usage.figures.get("abc")?.cpu).toHaveLength(KEPT);
    expect(usage.figures.get("abc")?.cpu.at(-1)).toBe(3 * KEPT - 1);
  });

  it("keeps an hour for a page that shows how it went", () => {
    const { usage } = counted();
    const leave = usage.watch("abc", true);
    for (let at = 0; at < KEPT_LONG + 10; at += 1) usage.take(sampleAt(at));
    expect(usage.figures.get("abc")?.samples).toHaveLength(KEPT_LONG);
    expect(usage.figures.get("abc")?.cpu).toHaveLength(KEPT);
    leave();
    usage.take(sampleAt(9999));
    expect(usage.figures.get("abc")?.samples).toHaveLength(KEPT);
  });
});
