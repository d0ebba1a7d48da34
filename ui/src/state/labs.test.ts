import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { demo } from "../ipc/demo";
import { Labs } from "./labs.svelte";

describe("labs", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  async function started() {
    const labs = new Labs(demo());
    labs.start();
    await vi.advanceTimersByTimeAsync(10);
    return labs;
  }

  it("change when the engine says so, not when asked", async () => {
    const labs = await started();
    expect(labs.running).toBe(1);
    const stopping = labs.stopLab("ai-lab");
    expect(labs.get("ai-lab")?.state, "asking changes no fact").toBe("running");
    await vi.advanceTimersByTimeAsync(1);
    expect(labs.get("ai-lab")?.intent).toBe("stop");
    await vi.advanceTimersByTimeAsync(2000);
    await stopping;
    expect(labs.get("ai-lab")).toMatchObject({ state: "stopped", intent: null });
  });

  it("keep a failure on the lab until it is asked again", async () => {
    const labs = await started();
    await labs.startLab("no-such-lab");
    expect(labs.failures.get("no-such-lab")?.kind).toBe("gone");
    labs.dismiss("no-such-lab");
    expect(labs.failures.size).toBe(0);
  });

  it("know which container is whose", async () => {
    const labs = await started();
    const lab = labs.get("ai-lab");
    expect(labs.byContainer.get(lab?.container ?? "")?.name).toBe("AI-Lab");
  });

  it("launch again with the form that settles a failure", async () => {
    const labs = await started();
    const failed = labs.get("eskapade");
    const outcome = failed?.launch?.outcome;
    const form = outcome?.kind === "failed" ? outcome.fixes[0]?.form : null;
    expect(form).toBeTruthy();
    if (!form) return;
    const relaunched = labs.relaunch("eskapade", {
      ...form,
      name: "Eskapade again",
      ports: [{ host: "8890", container: "8888", protocol: "tcp", purpose: "" }],
    });
    await vi.advanceTimersByTimeAsync(2000);
    expect(await relaunched).toBe("eskapade-again");
    expect(labs.get("eskapade")).toBeUndefined();
    expect(labs.get("eskapade-again")?.state).toBe("launching");
  });
});
