import { describe, expect, it } from "vitest";
import type { Backend } from "../../../ipc/backend";
import type { ChangePreview, DeletePreview, LaunchForm } from "../../../ipc/bindings";
import { demo } from "../../../ipc/demo";
import { Change } from "../../../state/change.svelte";
import { lostWords, orderOf, whyNot } from "./change-view";

const preview: ChangePreview = {
  manner: "anew",
  atOnce: [],
  anew: ["Port 1 becomes 2."],
  running: true,
  stops: null,
  kept: [],
  obstacle: null,
};
const lost: DeletePreview = {
  lab: "report",
  name: "Report",
  running: true,
  adopted: false,
  changesSize: 412_000_000,
  changesKnown: true,
  changesCount: 3,
  changes: [{ title: "Python packages", count: 3, examples: ["pandas", "plotly"] }],
  namelessVolumes: [],
  volumes: [],
  stays: [],
};

describe("the order of a change", () => {
  it("lets the old one go on where it can, and says why where it cannot", () => {
    const notes = (part: Partial<ChangePreview>) =>
      orderOf({ ...preview, ...part }).map((step) => [step.id, step.note ?? ""]);
    expect(notes({})).toEqual([
      ["start", ""],
      ["answer", "The old one goes on meanwhile."],
      ["replace", ""],
    ]);
    expect(notes({ stops: "Both use port 1." })[0]).toEqual(["stop", "Both use port 1."]);
    expect(notes({ running: false }).map(([id]) => id)).toEqual(["start", "answer", "replace", "still"]);
  });
});

describe("what is lost", () => {
  it("is counted, or said not to be known", () => {
    expect(lostWords(lost, false)).toContain("3 changes outside the volume (412");
    expect(lostWords(lost, false)).toContain("pandas, plotly");
    expect(lostWords({ ...lost, changesCount: 1, changesSize: null }, false)).toMatch(/^1 change outside/);
    for (const words of [lostWords({ ...lost, changesKnown: false }, false), lostWords(null, true)])
      expect(words).toContain("does not say");
  });
});

describe("a change", () => {
  async function of(change: (form: LaunchForm) => void, part: Partial<Backend> = {}) {
    const backend: Backend = { ...demo(), previewDelete: async () => lost, ...part };
    const one = new Change(backend, "ai-lab");
    await one.load();
    if (one.draft.form) change(one.draft.form);
    await one.draft.checkNow();
    // What would be lost is looked at behind.
    await Promise.resolve();
    await Promise.resolve();
    return one;
  }
  it("waits for a change, and then for an answer about what is lost", async () => {
    const idle = await of(() => {});
    expect(whyNot(idle)).toBe("Change a setting first.");
    const port = (form: LaunchForm) => {
      const first = form.ports[0];
      if (first) first.host = "9123";
    };
    const one = await of(port);
    expect(one.preview?.manner).toBe("anew");
    expect(one.asks).toBe(true);
    expect(whyNot(one)).toContain("may be lost");
    one.accepted = true;
    expect(whyNot(one)).toBeNull();
    const clean = await of(port, { previewDelete: async () => ({ ...lost, changesCount: 0 }) });
    expect(clean.asks).toBe(false);
    expect(whyNot(clean)).toBeNull();
  });
  it("hands over the form and the answer, and says how far it is", async () => {
    const asked: unknown[] = [];
    const one = await of(
      (form) => {
        form.name = "Report 2";
      },
      {
        changeLab: async (lab, form, _typed, lossAccepted) => {
          asked.push(lab, form.name, lossAccepted);
          return "done";
        },
      },
    );
    expect(whyNot(one)).toBeNull();
    expect(await one.carryOut()).toBe("done");
    expect(asked).toEqual(["ai-lab", "Report 2", true]);
  });
});
