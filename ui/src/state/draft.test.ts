import { flushSync } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Backend } from "../ipc/backend";
import type { DownloadSize, FormCheck, LaunchForm, RiskPanel } from "../ipc/bindings";
import { demo } from "../ipc/demo";
import { form } from "../ipc/demo/sample-labs";
import { Draft, PAUSE, reachOf } from "./draft.svelte";
import { Drafts } from "./drafts.svelte";

const clean: FormCheck = {
  notes: [],
  review: [],
  command: null,
  risks: null,
  gate: null,
  outlook: "",
  needsDownload: false,
  downloadSize: null,
};
const panel = (kinds: RiskPanel["kinds"]): RiskPanel => ({
  kinds,
  title: "",
  lead: "",
  consequences: [],
  question: "",
  table: { rows: [], note: null },
  consent: "",
});

function backendWith(part: Partial<Backend>): Backend {
  return {
    ...demo(),
    newForm: async () => form(),
    reviseForm: async (typed) => typed,
    checkForm: async () => clean,
    listVersions: async () => ({ choices: [], incomplete: null }),
    measureForm: async () => ({ here: true, bytes: null, unknown: null }),
    ...part,
  };
}
function typed(draft: Draft): LaunchForm {
  if (!draft.form) throw new Error("the form is not filled in");
  return draft.form;
}

describe("a draft", () => {
  beforeEach(() => {
    vi.useRealTimers();
  });

  it("is filled in, framed and checked", async () => {
    const draft = new Draft(backendWith({}), { recipe: "ai-lab" });
    await draft.load();
    expect(draft.form?.name).toBe("AI-Lab");
    expect(draft.frame).not.toBeNull();
    expect(draft.check).toEqual(clean);
    expect(draft.changed).toBe(false);
    typed(draft).name = "Mine";
    flushSync();
    expect(draft.changed).toBe(true);
  });

  it("says why it could not be filled in", async () => {
    const draft = new Draft(backendWith({ newForm: () => Promise.reject(new Error("no")) }), {});
    await draft.load();
    expect(draft.problem?.detail).toBe("no");
    expect(draft.form).toBeNull();
  });

  it("checks once when the typing pauses", async () => {
    const checkForm = vi.fn<Backend["checkForm"]>(async () => clean);
    const draft = new Draft(backendWith({ checkForm }), {});
    await draft.load();
    vi.useFakeTimers();
    for (const name of ["a", "ab", "abc"]) {
      typed(draft).name = name;
      draft.checkSoon();
      vi.advanceTimersByTime(PAUSE - 1);
    }
    expect(checkForm).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1);
    expect(checkForm).toHaveBeenCalledTimes(2);
    expect(checkForm.mock.lastCall?.[0].name).toBe("abc");
    void draft.checkNow();
    expect(checkForm).toHaveBeenCalledTimes(2);
  });

  it("drops an answer for an older state of the form", async () => {
    const answers: ((check: FormCheck) => void)[] = [];
    const checkForm = () => new Promise<FormCheck>((answer) => answers.push(answer));
    const draft = new Draft(backendWith({ checkForm }), {}, form());
    const first = draft.checkNow();
    typed(draft).name = "newer";
    const second = draft.checkNow();
    answers[1]?.({ ...clean, outlook: "new" });
    answers[0]?.({ ...clean, outlook: "old" });
    await Promise.all([first, second]);
    expect(draft.check?.outlook).toBe("new");
    expect(draft.checked?.name).toBe("newer");
    expect(draft.checking).toBe(false);
  });

  it("asks once how much there is to download, and checks again when that is news", async () => {
    let answer: (size: DownloadSize) => void = () => undefined;
    const measureForm = vi.fn<Backend["measureForm"]>(() => new Promise((done) => (answer = done)));
    const checkForm = vi.fn<Backend["checkForm"]>(async () => clean);
    const draft = new Draft(backendWith({ measureForm, checkForm }), {}, form());
    await draft.load();
    expect(draft.check, "the form does not wait for it").toEqual(clean);
    expect(checkForm).toHaveBeenCalledTimes(1);
    checkForm.mockResolvedValue({ ...clean, downloadSize: 42 });
    answer({ here: false, bytes: 42, unknown: null });
    await vi.waitFor(() => expect(draft.check?.downloadSize).toBe(42));
    await draft.surroundingsChanged();
    expect(measureForm).toHaveBeenCalledTimes(1);
    if (draft.form) draft.form.advanced.platform = "linux/arm64";
    await draft.checkNow();
    expect(measureForm).toHaveBeenCalledTimes(2);
    expect(measureForm.mock.lastCall?.[0].advanced?.platform).toBe("linux/arm64");
  });

  it("is as it was where nobody knows how much there is to download", async () => {
    const checkForm = vi.fn<Backend["checkForm"]>(async () => clean);
    const measureForm = vi.fn(() => Promise.reject(new Error("no")));
    const draft = new Draft(backendWith({ measureForm, checkForm }), {}, form());
    await draft.load();
    await measureForm.mock.results[0]?.value.catch(() => undefined);
    expect(checkForm).toHaveBeenCalledTimes(1);
    expect(draft.problem).toBeNull();
  });

  it("never takes away what was typed while it was revised", async () => {
    let release: () => void = () => undefined;
    const reviseForm = vi.fn(async (given: LaunchForm) => {
      if (reviseForm.mock.calls.length === 1) await new Promise<void>((done) => (release = done));
      return { ...given, storage: { ...given.storage, target: "/root/notebooks" } };
    });
    const draft = new Draft(backendWith({ reviseForm }), {}, form());
    const revised = draft.revise();
    await Promise.resolve();
    typed(draft).name = "typed meanwhile";
    release();
    await revised;
    expect(typed(draft).name).toBe("typed meanwhile");
    expect(typed(draft).storage.target).toBe("/root/notebooks");
  });

  it("keeps the address that was typed when another reach is tried", async () => {
    const draft = new Draft(backendWith({}), {});
    await draft.load();
    draft.reach = "address";
    expect(typed(draft).listenIp).toBe("192.168.1.20");
    typed(draft).listenIp = "10.0.0.7";
    draft.reach = "everyone";
    expect(typed(draft).listenIp).toBe("0.0.0.0");
    draft.reach = "address";
    expect(typed(draft).listenIp).toBe("10.0.0.7");
    draft.reach = "local";
    expect(typed(draft).listenIp).toBe("127.0.0.1");
    expect([reachOf("127.0.0.1"), reachOf("0.0.0.0"), reachOf("::1"), reachOf("")]).toEqual([
      "local",
      "everyone",
      "address",
      "address",
    ]);
  });

  it("asks for consent again when the risks are others", async () => {
    let risks: RiskPanel = panel(["dockerSocket"]);
    const draft = new Draft(backendWith({ checkForm: async () => ({ ...clean, risks }) }), {});
    await draft.load();
    typed(draft).riskAccepted = true;
    await draft.checkNow();
    expect(typed(draft).riskAccepted).toBe(true);
    risks = panel(["dockerSocket", "hostRoot"]);
    await draft.checkNow(true);
    expect(typed(draft).riskAccepted).toBe(false);
    draft.leave();
  });
});

describe("launching a draft", () => {
  it("waits for the check, and stays where something is in the way", async () => {
    const launchLab = vi.fn(async () => "lab");
    const gated = new Draft(
      backendWith({ launchLab, checkForm: async () => ({ ...clean, gate: "No" }) }),
      {},
      form(),
    );
    expect(await gated.launch()).toBeNull();
    expect(launchLab).not.toHaveBeenCalled();
    const free = new Draft(backendWith({ launchLab }), {}, form());
    expect(await free.launch()).toBe("lab");
  });

  it("passes the own password beside the form, and forgets it when the page is left", async () => {
    const launchLab = vi.fn<Backend["launchLab"]>(async () => "lab");
    const draft = new Draft(backendWith({ launchLab }), {}, form({ signIn: "own" }));
    draft.ownPassword = "correct horse";
    await draft.launch();
    expect(launchLab.mock.lastCall?.[1].password).toBe("correct horse");
    expect(JSON.stringify(launchLab.mock.lastCall?.[0])).not.toContain("correct horse");
    typed(draft).signIn = "fromImage";
    await draft.launch();
    expect(launchLab.mock.lastCall?.[1].password).toBeNull();
    draft.leave();
    expect(draft.ownPassword).toBe("");
    expect(typed(draft).signIn).toBe("fromImage");
  });

  it("keeps the form and says why it was refused", async () => {
    const draft = new Draft(
      backendWith({ launchLab: () => Promise.reject(new Error("away")) }),
      {},
      form({ name: "Mine" }),
    );
    expect(await draft.launch()).toBeNull();
    expect(draft.refusal?.detail).toBe("away");
    expect(draft.launching).toBe(false);
    expect(typed(draft).name).toBe("Mine");
  });
});

describe("drafts", () => {
  it("are found again where they began, until they became a lab", async () => {
    const drafts = new Drafts(backendWith({}));
    const draft = drafts.open({ recipe: "ai-lab" });
    expect(drafts.open({ recipe: "ai-lab", image: null })).toBe(draft);
    expect(drafts.open({ recipe: "eskapade" })).not.toBe(draft);
    drafts.launched(draft);
    expect(drafts.open({ recipe: "ai-lab" })).not.toBe(draft);
  });

  it("come back from a launch with its form", () => {
    const drafts = new Drafts(backendWith({}));
    drafts.reopen("lab", form({ name: "As it was" }));
    expect(drafts.open({ likeLab: "lab" }).form?.name).toBe("As it was");
  });
});
