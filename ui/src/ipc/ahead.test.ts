import { describe, expect, it, vi } from "vitest";
import { ahead } from "./ahead";
import type { Backend, OpenStream, Receive } from "./backend";
import type { LabList } from "./bindings";
import { demo } from "./demo";

const handle: OpenStream = { acknowledge() {}, position: async () => 0, close() {} };
const list = (revision: number): LabList => ({
  revision,
  loaded: true,
  labs: [],
  unreadable: [],
  elsewhere: [],
  keyringKnown: true,
});

function watched() {
  const receivers: Receive<LabList>[] = [];
  const openLabs = vi.fn(async (receive: Receive<LabList>) => {
    receivers.push(receive);
    return handle;
  });
  const listRecipes = vi.fn(async () => []);
  const backend: Backend = { ...demo(), openLabs, listRecipes };
  return { backend, receivers, openLabs, listRecipes };
}

describe("asking ahead", () => {
  it("opens at once, and gives the first listener all that has come, in order", async () => {
    const { backend, receivers, openLabs } = watched();
    const early = ahead(backend);
    expect(openLabs).toHaveBeenCalledTimes(1);
    receivers[0]?.({ number: 1, payload: list(1) });
    receivers[0]?.({ number: 2, payload: list(2) });
    const seen: number[] = [];
    expect(await early.openLabs((message) => seen.push(message.number))).toBe(handle);
    receivers[0]?.({ number: 3, payload: list(3) });
    expect(seen).toEqual([1, 2, 3]);
    expect(openLabs).toHaveBeenCalledTimes(1);
  });

  it("opens anew for whoever comes later, so that a stream with a gap begins with the whole truth", async () => {
    const { backend, receivers, openLabs } = watched();
    const early = ahead(backend);
    await early.openLabs(() => undefined);
    const seen: number[] = [];
    await early.openLabs((message) => seen.push(message.number));
    expect(openLabs).toHaveBeenCalledTimes(2);
    receivers[1]?.({ number: 1, payload: list(9) });
    expect(seen).toEqual([1]);
  });

  it("tells a failure to the first listener, and tries again for the next", async () => {
    const { backend, openLabs } = watched();
    openLabs.mockRejectedValueOnce(new Error("away"));
    const early = ahead(backend);
    await expect(early.openLabs(() => undefined)).rejects.toThrow("away");
    await expect(early.openLabs(() => undefined)).resolves.toBe(handle);
  });

  it("asks a question once ahead, and each later time anew", async () => {
    const { backend, listRecipes } = watched();
    const early = ahead(backend);
    expect(listRecipes).toHaveBeenCalledTimes(1);
    await early.listRecipes();
    expect(listRecipes).toHaveBeenCalledTimes(1);
    await early.listRecipes();
    expect(listRecipes).toHaveBeenCalledTimes(2);
  });
});
