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

  it("forget a failure when the lab's state changes", async () => {
    const labs = await started();
    const opened = labs.open("sandbox");
    await vi.advanceTimersByTimeAsync(500);
    await opened;
    expect(labs.failures.has("sandbox"), "a stopped lab cannot be opened").toBe(true);
    void labs.startLab("ai-lab");
    await vi.advanceTimersByTimeAsync(3000);
    expect(labs.failures.has("sandbox"), "another lab's news is none of its own").toBe(true);
    labs.take({
      revision: 99,
      loaded: true,
      elsewhere: [],
      keyringKnown: true,
      unreadable: [],
      labs: labs.all.map((lab) => (lab.id === "sandbox" ? { ...lab, state: "starting" } : lab)),
    });
    expect(labs.failures.has("sandbox")).toBe(false);
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
    const id = await labs.relaunch("eskapade", {
      ...form,
      ports: [{ host: "8890", container: "8888", protocol: "tcp", purpose: "" }],
    });
    await vi.advanceTimersByTimeAsync(10);
    expect(id).toBe("eskapade");
    expect(labs.get("eskapade")?.state, "it took the failed one's place").toBe("launching");
  });
});
