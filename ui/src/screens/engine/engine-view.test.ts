import { describe, expect, it } from "vitest";
import type { EngineReport } from "../../ipc/bindings";
import { facts, problems } from "../../ipc/demo/sample-engine";
import { factLines, headline, healthChecks, REMEDY_WORDS } from "./engine-view";

const now = new Date();
const report = (part: Partial<EngineReport> = {}): EngineReport => ({
  status: { state: "ready" },
  facts,
  problems: [],
  refused: [],
  ...part,
});
const states = (engine: EngineReport) =>
  Object.fromEntries(healthChecks(engine).map((check) => [check.id, check.state]));
const one = (name: string) => [problems[name]].flatMap((problem) => problem ?? []);

describe("the engine's health", () => {
  it("is all fine on a good engine", () => {
    expect(new Set(Object.values(states(report())))).toEqual(new Set(["ok"]));
    expect(headline(report(), now)).toEqual({
      title: "Everything is fine",
      sub: "Docker Engine on this computer",
    });
  });
  it("shows a blocking problem in the place of its check and leaves the rest unchecked", () => {
    const denied = report({ status: { state: "unavailable" }, facts: null, problems: one("denied") });
    expect(states(denied)).toMatchObject({ installed: "ok", running: "ok", allowed: "bad", disk: "wait" });
    expect(headline(denied, now).title).toBe("One thing to fix");
  });
  it("warns of what does not block", () => {
    const low = report({
      problems: [...one("disk"), ...one("rootless")],
      facts: { ...facts, rootless: true },
    });
    expect(states(low)).toMatchObject({ disk: "warn", rights: "warn", running: "ok" });
    expect(headline(low, now).title).toBe("2 things to look at");
  });
  it("never claims that a gone engine is fine", () => {
    const gone = report({ status: { state: "reconnecting", since: now.getTime() - 60_000 } });
    expect(states(gone).running).toBe("wait");
    expect(headline(gone, now).title).toBe("Docker does not answer");
  });
  it("does not know the disk of another machine", () => {
    const remote = report({ facts: { ...facts, diskFree: null, thisComputer: false } });
    expect(healthChecks(remote).find((check) => check.id === "disk")?.text).toContain("not known");
    expect(factLines({ ...facts, diskFree: null }).map((line) => line.label)).not.toContain("Free disk");
  });
  it("has a word for every remedy", () => {
    for (const words of Object.values(REMEDY_WORDS)) expect(words()).not.toBe("");
  });
});
