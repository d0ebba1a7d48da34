import { expect, it, vi } from "vitest";
import type { Receive } from "../ipc/backend";
import type { SpaceMap, SpaceState } from "../ipc/bindings";
import { Space } from "./place.svelte";

it("tells when folders have their sizes, and again when they have others", async () => {
  let say: Receive<SpaceState> = () => undefined;
  const counted = vi.fn();
  const space = new Space(
    {
      openMeasure: async (_: number, receive: Receive<SpaceState>) => {
        say = receive;
        return { acknowledge: () => undefined, position: async () => 1, close: () => undefined };
      },
      spaceMap: async () => ({ cells: [] }) as unknown as SpaceMap,
    },
    1,
    counted,
  );
  const stop = space.start();
  await new Promise((done) => setTimeout(done));
  const states = [
    { done: false, bytes: 5 },
    { done: true, bytes: 9 },
    { done: true, bytes: 9 },
    { done: true, bytes: 12 },
  ];
  const told = states.map((state, at) => {
    say({ number: at + 1, payload: state as SpaceState });
    return counted.mock.calls.length;
  });
  expect(told).toEqual([0, 1, 1, 2]);
  stop();
});
