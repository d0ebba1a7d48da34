import { describe, expect, it } from "vitest";
import type { LabCard, LaunchProgress } from "../../ipc/bindings";
import { labs, portTaken, progress, recipes, steps } from "../../ipc/demo/sample-labs";
import { recipeHint } from "../../parts/recipe-words";
import {
  asksThere,
  bodyOf,
  hasPage,
  isDanger,
  isFinished,
  keptLine,
  launchLine,
  pillOf,
  reachLine,
  uptime,
} from "./lab-view";

const now = new Date(2026, 10, 20, 15, 0);
const [running] = labs;
const lab = (part: Partial<LabCard> = {}): LabCard => {
  if (!running) throw new Error("there is a sample lab");
  return { ...running, launch: null, ...part };
};
const failed: LaunchProgress = progress("x", { outcome: { kind: "failed", problem: portTaken, fixes: [] } });

describe("the pill of a lab", () => {
  it.each([
    [lab(), "running", "Running"],
    [lab({ state: "starting" }), "starting", "Starting"],
    [lab({ state: "stopped" }), "stopped", "Stopped"],
    [lab({ state: "paused" }), "paused", "Paused"],
    [lab({ state: "problem" }), "problem", "Needs you"],
    [lab({ state: "missing" }), "problem", "Container gone"],
    [lab({ intent: "stop" }), "stopping", "Stopping"],
    [lab({ state: "stopped", intent: "start" }), "starting", "Starting"],
    [lab({ intent: "delete" }), "stopping", "Deleting"],
    [lab({ state: "launching", launch: progress("x", { steps: steps(1) }) }), "starting", "Downloading"],
    [lab({ state: "launching", launch: progress("x") }), "starting", "Starting"],
    [lab({ state: "launching", launch: failed }), "problem", "Needs you"],
    [
      lab({ state: "launching", launch: progress("x", { outcome: { kind: "cancelling" } }) }),
      "stopping",
      "Cancelling",
    ],
  ] as const)("%#: says %s", (card, state, label) => expect(pillOf(card)).toEqual({ state, label }));
});

describe("how a lab signs people in", () => {
  const where = running?.addresses ?? [];
  const who = where[0]?.reachWords ?? "";
  const asking = lab({ addresses: where, connection: null, signIn: "password", hasPassword: false });
  it.each([
    [asking, `${who}, asks for a password`],
    [lab({ ...asking, hasPassword: true }), who],
    [lab({ ...asking, state: "stopped" }), who],
    [lab({ ...asking, signIn: "open" }), `${who}, no sign-in`],
    [lab({ ...asking, signIn: "token" }), who],
    [lab({ ...asking, addresses: [] }), ""],
  ])("%#: says %s", (card, line) => expect(reachLine(card)).toBe(line));
  it("leaves a password that Slipway does not know to the browser", () => {
    expect(who).not.toBe("");
    expect(asksThere(asking)).toBe(true);
    expect(asksThere(lab({ ...asking, connection: "127.0.0.1:5432, user postgres" }))).toBe(false);
  });
});

describe("the middle of a card", () => {
  it("shows what failed last before anything else", () => {
    expect(bodyOf(lab(), portTaken, now)).toEqual({ kind: "problem", problem: portTaken });
    expect(bodyOf(lab({ state: "launching", launch: failed }), undefined, now).kind).toBe("problem");
  });
  it("shows figures of a running lab and the way of a launch", () => {
    expect(bodyOf(lab(), undefined, now).kind).toBe("figures");
    expect(bodyOf(lab({ state: "launching", launch: progress("x") }), undefined, now).kind).toBe("launch");
  });
  it("says when a lab stopped and where the work is", () => {
    const stopped = lab({
      state: "stopped",
      stopped: new Date(2026, 10, 19, 17, 42).getTime(),
      keptIn: "my-vol",
    });
    expect(bodyOf(stopped, undefined, now)).toEqual({
      kind: "note",
      lines: ["Stopped yesterday at 17:42.", "Your work is kept in the volume my-vol."],
    });
  });
  it("says plainly where work is not kept", () => {
    expect(keptLine(lab({ kept: "nothing", keptIn: "" }))).toBe(
      "Your work is lost when you delete this lab.",
    );
    expect(keptLine(lab({ kept: "folder", keptIn: "/home/anna/work" }))).toContain("/home/anna/work");
  });
});

describe("uptime", () => {
  it("is there only while the lab runs", () => {
    const started = now.getTime() - 11_520_000;
    expect(uptime(lab({ started }), now)?.short.replaceAll("\u00a0", " ")).toBe("Up 3 h");
    expect(uptime(lab({ started, state: "stopped" }), now)).toBeNull();
  });
});

describe("a launch on a card", () => {
  it("names the step and how far all are", () => {
    const line = launchLine(progress("x", { steps: steps(4) }), now);
    expect(line.title).toBe("Wait until it answers");
    expect(line.share).toBeCloseTo(4.4 / 6);
    expect(line.ticks.map((one) => one.state)).toEqual(["done", "done", "done", "now", "todo"]);
    expect(line.label).toContain("step 5 of 6");
  });
  it("leaves out steps that were not needed", () => {
    const skipped = steps(4).map((step) =>
      step.kind === "download" ? { ...step, state: "skipped" as const } : step,
    );
    expect(launchLine(progress("x", { steps: skipped }), now).ticks.map((one) => one.label)).not.toContain(
      "Download",
    );
  });
  it("counts a download by its bytes, and says bytes while the whole is unknown", () => {
    const pull = {
      done: 500_000_000,
      total: 1_000_000_000,
      totalKnown: true,
      speed: null,
      secondsLeft: null,
      layers: [],
      finished: false,
    };
    expect(launchLine(progress("x", { steps: steps(1), pull }), now).aside).toBe("50%");
    const growing = launchLine(progress("x", { steps: steps(1), pull: { ...pull, totalKnown: false } }), now);
    expect(growing.aside.replaceAll("\u00a0", " ")).toBe("500 MB");
  });
});

describe("recipes and warnings", () => {
  it("say first that a recipe will not run here", () => {
    const [tile] = recipes;
    if (!tile) return;
    expect(recipeHint({ ...tile, here: true, willNotRun: "Needs an Intel or AMD processor" })).toEqual({
      tone: "warn",
      text: "Needs an Intel or AMD processor",
    });
    expect(recipeHint({ ...tile, here: true }).text).toBe("Already downloaded");
    expect(recipeHint({ ...tile, here: false }).text.replaceAll("\u00a0", " ")).toBe("1.6 GB download");
    expect(recipeHint({ ...tile, here: false, downloadSize: null }).text).toBe("Downloaded at launch");
    expect(recipeHint({ ...tile, here: false, downloadSize: null, sizeUnknown: "Why." }).text).toBe(
      "Size not known",
    );
    expect(recipeHint({ ...tile, here: false, downloadSize: null, images: [] }).text).toBe("Any image");
  });
  it("tell danger from what is only worth knowing", () => {
    expect(isDanger({ kind: "controlsDocker", title: "", message: "" })).toBe(true);
    expect(isDanger({ kind: "workNotKept", title: "", message: "" })).toBe(false);
  });
});

describe("labs without a page", () => {
  it("have nothing to open", () => {
    expect(hasPage(lab())).toBe(true);
    expect(hasPage(lab({ connection: "127.0.0.1:5432, user postgres" }))).toBe(false);
    expect(hasPage(lab({ addresses: [] }))).toBe(false);
  });
  it("are done when they ended without an error", () => {
    const launch = progress("x", { outcome: { kind: "finished", output: [] } });
    const done = lab({ state: "stopped", launch });
    expect(isFinished(done)).toBe(true);
    expect(pillOf(done)).toEqual({ state: "stopped", label: "Done" });
    expect(bodyOf(done, undefined, now)).toMatchObject({ kind: "note" });
    expect(pillOf(lab({ state: "running", launch })).label).toBe("Running");
  });
});
