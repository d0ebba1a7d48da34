import { expect, test, vi } from "vitest";
import type { Numbered } from "./backend";

const channels: { onmessage: (message: unknown) => void }[] = [];
vi.mock("@tauri-apps/api/core", () => ({
  Channel: class {
    onmessage: (message: unknown) => void = () => undefined;
    constructor() {
      channels.push(this);
    }
  },
  invoke: () => Promise.resolve(7),
}));

test("a message in pieces is given once, whole, and the next one begins anew", async () => {
  const { open } = await import("./first");
  const got: Numbered<{ name: string }>[] = [];
  await open<{ name: string }>(
    (message) => got.push(message),
    () => Promise.resolve(7),
  );
  const channel = channels[0];
  channel?.onmessage({ number: 1, payload: { name: "short" }, piece: null, last: true });
  channel?.onmessage({ number: 2, payload: null, piece: '{"name":"lo', last: false });
  expect(got.length).toBe(1);
  channel?.onmessage({ number: 2, payload: null, piece: 'ng"}', last: true });
  channel?.onmessage({ number: 3, payload: null, piece: '{"name":"again"}', last: true });
  expect(got).toEqual([
    { number: 1, payload: { name: "short" } },
    { number: 2, payload: { name: "long" } },
    { number: 3, payload: { name: "again" } },
  ]);
});
