import { describe, expect, it } from "vitest";
import type { Backup, BackupCheck, BackupShelf } from "../../ipc/bindings";
import { capital, checkLine, fileOf, headline, planOf, underline, unverified } from "./backups-view";

const now = new Date(2025, 10, 20, 15, 0);
const backup = (check: BackupCheck, part: Partial<Backup> = {}) =>
  ({ file: "my-vol.tar.zst", volume: "my-vol", remark: "", bySchedule: false, check, ...part }) as Backup;
const at = new Date(2025, 10, 19, 18, 2).getTime();

it("what was brought here has its name in the folder", () => {
  expect(fileOf("/home/anna/Documents/Slipway backups/a b.tar.zst")).toBe("a b.tar.zst");
  expect(fileOf("C:\\Users\\Anna\\a (2).tar")).toBe("a (2).tar");
});

describe("a backup", () => {
  it("says whether it can be trusted", () => {
    expect(checkLine(backup({ state: "good", at }), now)).toEqual({
      tone: "ok",
      text: "Verified yesterday at 18:02",
    });
    expect(checkLine(backup({ state: "notYet" }), now).tone).toBeUndefined();
    expect(checkLine(backup({ state: "bad", at, what: "x" }), now).tone).toBe("danger");
    expect(checkLine(backup({ state: "moved" }), now)).toEqual({ tone: "danger", text: "File was moved" });
  });
  it("is named by its remark, else by its file", () => {
    expect(underline(backup({ state: "notYet" }), now)).toBe("my-vol.tar.zst");
    expect(underline(backup({ state: "notYet" }, { remark: "Made before the restore" }), now)).toBe(
      "Made before the restore",
    );
    expect(underline(backup({ state: "notYet" }, { bySchedule: true }), now)).toContain("my-vol.tar.zst");
  });
  it("stands for itself where it does not say what it is of", () => {
    const mine = backup({ state: "notYet" }, { made: at });
    expect(headline(mine, false, now)).toBe("Yesterday at 18:02");
    expect(headline(mine, true, now)).toBe("my-vol, yesterday at 18:02");
    const foreign = backup(
      { state: "notYet" },
      { volume: "", file: "notebooks.tar", made: at, remark: "Made by another program" },
    );
    expect(headline(foreign, false, now)).toBe("notebooks.tar");
    expect(underline(foreign, now)).toBe("Made by another program, yesterday at 18:02");
  });
  it("is verified where it can be and is not yet", () => {
    const shelf = {
      backups: [
        backup({ state: "good", at }),
        backup({ state: "notYet" }),
        backup({ state: "moved" }),
        backup({ state: "bad", at, what: "" }),
      ],
      plans: [{ volume: "my-vol", everyDays: 7, keep: 5, next: null, trouble: null }],
      notices: [],
    } as unknown as BackupShelf;
    expect(unverified(shelf).map((one) => one.check.state)).toEqual(["notYet", "bad"]);
    expect(unverified(null)).toEqual([]);
    expect(planOf(shelf, "my-vol")?.everyDays).toBe(7);
    expect(planOf(shelf, "other")).toBeNull();
    expect(planOf(null, "my-vol")).toBeNull();
  });
  it("begins a line with a capital", () => expect(capital("yesterday at 18:02")).toBe("Yesterday at 18:02"));
});
