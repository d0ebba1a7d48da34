import { describe, expect, it } from "vitest";
import type { InventoryUpdate } from "../ipc/bindings";
import { demo } from "../ipc/demo";
import { container, volumes } from "../ipc/demo/sample-engine";
import { applyChanges, Inventory } from "./inventory.svelte";

const none = { set: [], removed: [] };
const update = (part: Partial<InventoryUpdate>): InventoryUpdate => ({
  revision: 1,
  whole: false,
  report: null,
  containers: none,
  images: none,
  volumes: none,
  networks: none,
  ...part,
});
const READY = { status: { state: "ready" as const }, facts: null, problems: [], refused: [] };

describe("the inventory", () => {
  it("grows by changes and forgets only on a whole one", () => {
    const inventory = new Inventory(demo());
    inventory.take(
      update({
        whole: true,
        report: READY,
        containers: { set: [container(1, "one", "a"), container(2, "two", "a")], removed: [] },
      }),
    );
    const [one, two] = inventory.containers;
    inventory.take(
      update({ revision: 2, containers: { set: [container(1, "renamed", "a")], removed: [two?.id ?? ""] } }),
    );
    expect(inventory.containers.map((row) => row.name)).toEqual(["renamed"]);
    expect(inventory.containers[0]?.id).toBe(one?.id);
    inventory.take(update({ revision: 3, whole: true, volumes: { set: volumes.slice(0, 1), removed: [] } }));
    expect(inventory.containers).toEqual([]);
    expect(inventory.volumes).toHaveLength(1);
  });

  it("takes no step twice", () => {
    const inventory = new Inventory(demo());
    inventory.take(update({ revision: 5, whole: true, report: READY }));
    inventory.take(update({ revision: 5, containers: { set: [container(1, "old", "a")], removed: [] } }));
    expect(inventory.containers).toEqual([]);
  });

  it("keeps its rows while the engine is away, and says since when", () => {
    const inventory = new Inventory(demo());
    inventory.take(
      update({ whole: true, report: READY, containers: { set: [container(1, "one", "a")], removed: [] } }),
    );
    inventory.take(
      update({ revision: 2, report: { ...READY, status: { state: "reconnecting", since: 1000 } } }),
    );
    expect(inventory.containers).toHaveLength(1);
    expect(inventory.staleSince).toEqual(new Date(1000));
    inventory.take(update({ revision: 3, report: READY }));
    expect(inventory.staleSince).toBeNull();
  });

  it("gives the same rows back where nothing changed, so that nothing is drawn again", () => {
    const before = new Map([["a", 1]]);
    expect(applyChanges(before, none, false, String)).toBe(before);
  });
});
