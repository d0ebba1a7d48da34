import { describe, expect, it, vi } from "vitest";
import { router } from "$lib/router.svelte";
import type { Backup, BackupCheck, BackupShelf, ContainerRow } from "../../ipc/bindings";
import { freeName } from "./free-name";
import { keepItems } from "./keep-items";
import { lastBackups, lastWords } from "./last-backup";
import { runningIn } from "./running-in";

const now = new Date(2025, 10, 20, 15, 0);
const days = (count: number) => now.getTime() - count * 86_400_000;
const backup = (volume: string, made: number, check: BackupCheck = { state: "notYet" }) =>
  ({ volume, made, check }) as Backup;
const shelf = (...backups: Backup[]) => ({ backups }) as BackupShelf;

describe("the last backup of a volume", () => {
  it("is the newest one that can be used", () => {
    const last = lastBackups(
      shelf(
        backup("a", days(9)),
        backup("a", days(2), { state: "good", at: days(2) }),
        backup("a", days(1), { state: "bad", at: days(1), what: "" }),
        backup("b", days(3), { state: "moved" }),
        backup("", days(1)),
      ),
    );
    expect([...last]).toEqual([["a", days(2)]]);
    expect(lastBackups(null).size).toBe(0);
  });
  it("is told in coarse words", () => {
    expect(lastWords(days(2), now).replace("\u00a0", " ")).toBe("2 days ago");
    expect(lastWords(now.getTime() - 5000, now)).toBe("Just now");
    expect(lastWords(undefined, now)).toBe("Never");
  });
});

describe("who works in a volume", () => {
  const container = (name: string, state: string, source = "my-vol", kind = "volume") =>
    ({ id: name, name, state, mounts: [{ kind, source }] }) as unknown as ContainerRow;
  it("is whatever could write to it, a lab by its own name", () => {
    const rows = [
      container("one", "running"),
      container("two", "paused"),
      container("three", "restarting"),
      container("four", "exited"),
      container("five", "running", "other"),
      container("six", "running", "my-vol", "bind"),
    ];
    const labs = new Map([["one", { name: "AI-Lab" }]]) as unknown as Parameters<typeof runningIn>[2];
    expect(runningIn("my-vol", rows, labs)).toEqual(["AI-Lab", "two", "three"]);
  });
});

it("a copy gets a name that is free", () => {
  expect(freeName("a", new Set())).toBe("a-copy");
  expect(freeName("a", new Set(["a-copy", "a-copy-2"]))).toBe("a-copy-3");
});

it("the entries of a volume ask about that volume, and lead to its backups", () => {
  const ask = vi.fn();
  const go = vi.spyOn(router, "go").mockImplementation(() => undefined);
  for (const item of keepItems("my-vol", ask)) item.run();
  const place = { kind: "volume", name: "my-vol" };
  expect(ask.mock.calls.map(([kept]) => kept)).toEqual([
    { what: "backUp", place },
    { what: "clone", place },
    { what: "copy", place },
  ]);
  expect(go).toHaveBeenCalledWith("backups", "my-vol");
  go.mockRestore();
});
