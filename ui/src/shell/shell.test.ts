import { describe, expect, it } from "vitest";
import type { LabCard } from "../ipc/bindings";
import { facts } from "../ipc/demo/sample-engine";
import { labs, portTaken, progress } from "../ipc/demo/sample-labs";
import { announcements } from "./announcements";
import { engineLine } from "./engine-line";

const [sample] = labs;
const lab = (part: Partial<LabCard>): LabCard => {
  if (!sample) throw new Error("there is a sample lab");
  return { ...sample, launch: null, ...part };
};

describe("announcements", () => {
  it("say each change once, and nothing when the window opens", () => {
    const stopped = [lab({ state: "stopped" })];
    const running = [lab({ state: "running" })];
    expect(announcements([], running)).toEqual([]);
    expect(announcements(stopped, running).map((one) => one.text)).toEqual(["AI-Lab is running"]);
    expect(announcements(running, running)).toEqual([]);
  });
  it("tell the end of a launch from a start", () => {
    const launching = [lab({ state: "launching", launch: progress("ai-lab") })];
    expect(announcements(launching, [lab({ state: "running" })])[0]?.launchEnded).toBe("ready");
    expect(
      announcements([lab({ state: "starting" })], [lab({ state: "running" })])[0]?.launchEnded,
    ).toBeNull();
    const failed = progress("ai-lab", { outcome: { kind: "failed", problem: portTaken, fixes: [] } });
    expect(announcements(launching, [lab({ state: "launching", launch: failed })])[0]?.launchEnded).toBe(
      "failed",
    );
  });
});

describe("the engine in the sidebar", () => {
  it("is named, placed and coloured", () => {
    expect(engineLine({ status: { state: "ready" }, facts, problems: [], refused: [] })).toEqual({
      name: "Docker Engine",
      meta: "28.5.1 · this computer",
      tone: "ok",
    });
    expect(
      engineLine({
        status: { state: "ready" },
        facts: { ...facts, thisComputer: false },
        problems: [],
        refused: [],
      }).meta,
    ).toBe("28.5.1 · workbench");
    const debian = { ...facts, version: "20.10.24+dfsg1" };
    expect(engineLine({ status: { state: "ready" }, facts: debian, problems: [], refused: [] }).meta).toBe(
      "20.10.24 · this computer",
    );
    expect(
      engineLine({ status: { state: "reconnecting", since: 0 }, facts, problems: [], refused: [] }),
    ).toMatchObject({
      name: "Docker Engine",
      tone: "warn",
    });
    expect(
      engineLine({ status: { state: "unavailable" }, facts: null, problems: [], refused: [] }).tone,
    ).toBe("danger");
  });
});
