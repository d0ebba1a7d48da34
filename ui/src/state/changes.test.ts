import { describe, expect, it, vi } from "vitest";
import type { Backend } from "../ipc/backend";
import type { ChangesPage, ChangesQuery, ChangesRow, ChangesState } from "../ipc/bindings";
import { demo } from "../ipc/demo";
import { CommandError } from "../ipc/error";
import { Changes } from "./changes.svelte";

const COUNT = 100_000;
const row = (at: number): ChangesRow => ({
  kind: "file",
  path: `/data/${at}`,
  change: "added",
  size: at,
  changed: null,
  folder: false,
});
const state: ChangesState = {
  read: 1,
  files: COUNT,
  size: 0,
  unmeasured: 0,
  measured: true,
  layer: null,
  image: null,
  groups: [],
  kept: [],
  problem: null,
};

function over(part: Partial<Backend> = {}) {
  const read = vi.fn(
    async ({ from, count }: ChangesQuery): Promise<ChangesPage> => ({
      total: COUNT,
      rows: Array.from({ length: Math.min(count, COUNT - from) }, (_, at) => row(from + at)),
    }),
  );
  const openLabChanges = vi.fn<Backend["openLabChanges"]>(async (_lab, receive) => {
    queueMicrotask(() => receive({ number: 1, payload: state }));
    return { acknowledge: () => undefined, position: async () => 1, close: () => undefined, read };
  });
  const changes = new Changes({ ...demo(), openLabChanges, ...part }, "lab");
  return { changes, read, openLabChanges };
}

describe("a reading of what differs", () => {
  it("asks only for rows that are near the view", async () => {
    const { changes, read } = over();
    const stop = changes.start();
    await vi.waitFor(() => expect(changes.total).toBe(COUNT));
    expect(changes.page.rows.length).toBeLessThan(500);
    changes.show(10, 40);
    const asked = read.mock.calls.length;
    changes.show(12, 42);
    expect(read.mock.calls.length, "these are here already").toBe(asked);
    changes.show(90_000, 90_040);
    await vi.waitFor(() => expect(changes.row(90_020)).toEqual(row(90_020)));
    expect(changes.row(10), "what is far is let go").toBeUndefined();
    stop();
  });

  it("shows everything that is looked for, whatever is folded", async () => {
    const { changes, read } = over();
    const stop = changes.start();
    await vi.waitFor(() => expect(changes.total).toBe(COUNT));
    expect(read.mock.lastCall?.[0].folded).toEqual(["system", "temporary"]);
    changes.fold("system");
    await vi.waitFor(() => expect(read.mock.lastCall?.[0].folded).toEqual(["temporary"]));
    changes.look("tide ");
    await vi.waitFor(() => expect(read.mock.lastCall?.[0]).toMatchObject({ find: "tide", folded: [] }));
    stop();
  });

  it("does not ask again by itself where it fails", async () => {
    vi.useFakeTimers();
    const gone = new CommandError({
      kind: "gone",
      title: "The container is gone.",
      message: "",
      hint: null,
      field: null,
      detail: null,
    });
    const openLabChanges = vi.fn<Backend["openLabChanges"]>(async () => {
      throw gone;
    });
    const { changes } = over({ openLabChanges });
    const stop = changes.start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(openLabChanges).toHaveBeenCalledOnce();
    expect(changes.problem?.title).toBe("The container is gone.");
    changes.refresh();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(openLabChanges).toHaveBeenCalledTimes(2);
    stop();
    vi.useRealTimers();
  });
});
