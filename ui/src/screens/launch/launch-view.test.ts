import { describe, expect, it } from "vitest";
import type { LayerProgress, PullProgress } from "../../ipc/bindings";
import { form, progress, steps } from "../../ipc/demo/sample-labs";
import {
  keptWords,
  pillOf,
  placeOf,
  pullView,
  saying,
  secondsTaken,
  stepsOf,
  subOf,
  titleOf,
  wasDownloaded,
} from "./launch-view";

const layer = (
  id: string,
  state: LayerProgress["state"],
  done = 0,
  total: number | null = 100_000_000,
): LayerProgress => ({
  id,
  state,
  done,
  total,
  unpackedPercent: null,
});
const pull = (part: Partial<PullProgress> = {}): PullProgress => ({
  done: 1_290_000_000,
  total: 1_940_000_000,
  totalKnown: true,
  speed: 24_600_000,
  secondsLeft: 27,
  layers: [],
  finished: false,
  ...part,
});
const plain = (text: string) => text.replaceAll("\u00a0", " ");
const at = (step: number, part = {}) =>
  progress("x", { steps: steps(step), waiting: null, pull: null, ...part });

describe("steps", () => {
  it("leave out what is not needed", () => {
    const all = steps(2).map((one) =>
      one.kind === "download" ? { ...one, state: "skipped" as const } : one,
    );
    const shown = progress("x", { steps: all });
    expect(stepsOf(shown).map((one) => one.id)).toEqual(["check", "create", "start", "answer", "open"]);
    expect(placeOf(shown)).toEqual({ step: 2, steps: 5 });
    expect(wasDownloaded(shown)).toBe(false);
  });

  it("stand still once cancelled", () => {
    const cancelled = at(1, { outcome: { kind: "cancelled" } });
    expect(stepsOf(cancelled).some((one) => one.state === "now")).toBe(false);
    expect(titleOf(cancelled)).toBe(cancelled.name);
  });

  it("are counted from the first start to the last end", () => {
    const [one, two] = steps(0);
    if (!one || !two) throw new Error("no steps");
    const timed = [
      { ...one, started: 1000, ended: 3000 },
      { ...two, started: 3000, ended: 103_000 },
    ];
    expect(secondsTaken(timed)).toBe(102);
    expect(secondsTaken([{ ...one, started: null, ended: null }])).toBeNull();
    const ready = progress("x", {
      steps: timed,
      outcome: { kind: "ready", shown: null, opened: false, openProblem: null },
    });
    expect(plain(subOf(ready))).toBe("Launched in 1 min 42 s");
  });

  it("say where it stopped", () => {
    const failed = progress("x", {
      steps: steps(3, true),
      outcome: {
        kind: "failed",
        problem: { kind: "portTaken", title: "", message: "", hint: null, field: null, detail: null },
        fixes: [],
      },
    });
    expect(subOf(failed)).toBe("Stopped at step 4 of 6");
    expect(pillOf(failed).state).toBe("problem");
  });
});

describe("the pill", () => {
  it("says what goes on", () => {
    expect(pillOf(at(0)).label).toBe("Checking");
    expect(pillOf(at(1)).label).toBe("Downloading");
    expect(pillOf(at(4)).label).toBe("Starting");
    expect(pillOf(at(1, { outcome: { kind: "cancelling" } }))).toEqual({
      state: "stopping",
      label: "Cancelling",
    });
  });
});

describe("the download", () => {
  it("says how much, how fast and how long", () => {
    const view = pullView(pull());
    expect(view.done).toBe("1.29");
    expect(plain(view.of)).toBe("of 1.94 GB");
    expect(plain(view.speed)).toBe("25 MB/s");
    expect(plain(view.left)).toBe("About 27 s");
    expect(view.said).toBe("1.29 of 1.94 gigabytes downloaded, about 27 seconds left");
  });

  it("promises nothing while a size is unknown", () => {
    const view = pullView(pull({ totalKnown: false, speed: null }));
    expect(plain(view.of)).toBe("of at least 1.94 GB");
    expect(view.left).toBe("Not known yet");
    expect(view.speed).toBe("Not known yet");
    expect(view.said).not.toContain("left");
  });

  it("is unpacking once all is there", () => {
    expect(pullView(pull({ done: 1_940_000_000, secondsLeft: 0 })).left).toBe("Unpacking");
  });

  it("draws layers in proportion, without those that were here", () => {
    const layers = [
      layer("a", "present"),
      layer("b", "done", 1e8),
      layer("c", "downloading", 5e7),
      layer("d", "waiting", 0, null),
    ];
    const { bar, layers: words } = pullView(pull({ layers }));
    expect(bar.map((one) => [one.id, one.look, one.share])).toEqual([
      ["b", "done", 1],
      ["c", "down", 0.5],
      ["d", "wait", 0],
    ]);
    expect(bar[2]?.weight).toBeLessThan(bar[1]?.weight ?? 0);
    expect(words).toBe("1 of 3 done");
  });

  it("folds finished and waiting layers, and keeps the active ones apart", () => {
    const layers = [
      layer("p", "present"),
      layer("a", "done", 1e8),
      layer("b", "done", 1e8),
      { ...layer("u", "unpacking", 1e8), unpackedPercent: 62 },
      layer("c", "downloading", 5e7),
      ...["w1", "w2", "w3"].map((id) => layer(id, "waiting")),
    ];
    const { rows } = pullView(pull({ layers }));
    expect(rows.map((row) => row.id)).toEqual(["present", "done", "u", "c", "waiting"]);
    const texts = rows.map((row) =>
      plain(row.kind === "sum" ? `${row.text}: ${row.note}` : `${row.word}: ${row.note}`),
    );
    expect(texts).toEqual([
      "1 layer was here already: 100 MB",
      "2 layers are done: 200 MB",
      "Unpacking: 62%",
      "Downloading: 50 of 100 MB",
      "3 layers wait: 300 MB",
    ]);
  });
});

describe("what is said aloud", () => {
  const downloading = (share: number) => saying(at(1, { pull: pull({ done: share * 1_940_000_000 }) }));

  it("changes with each step and at each quarter", () => {
    expect(saying(at(2)).text).toBe("Step 3 of 6: Create the container");
    expect(downloading(0.1).key).toBe(downloading(0.24).key);
    expect(downloading(0.3).key).toBe(downloading(0.49).key);
    expect(downloading(0.51).key).not.toBe(downloading(0.49).key);
    expect(downloading(0.51).text).toContain("gigabytes downloaded");
  });

  it("tells when the lab is slow, and leaves a failure to its own alert", () => {
    const slow = saying(at(4, { waiting: { sentence: "", slow: true, log: [] } }));
    expect(slow.text).toBe("Still starting");
    const problem = { kind: "other" as const, title: "", message: "", hint: null, field: null, detail: null };
    expect(saying(at(4, { outcome: { kind: "failed", problem, fixes: [] } })).text).toBe("");
  });
});

describe("where the work is", () => {
  it("is said for each kind", () => {
    const kept = (kind: "volume" | "folder" | "nothing") =>
      keptWords(form({ storage: { kind, volume: "my-vol", folder: "/home/anna/work", target: "/x" } }));
    expect(kept("volume")).toContain("my-vol");
    expect(kept("folder")).toContain("/home/anna/work");
    expect(kept("nothing")).toContain("Nothing is kept");
  });
});
