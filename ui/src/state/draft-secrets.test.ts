import { describe, expect, it, vi } from "vitest";
import type { Backend } from "../ipc/backend";
import type { FormCheck, LaunchForm } from "../ipc/bindings";
import { demo } from "../ipc/demo";
import { form } from "../ipc/demo/sample-labs";
import { Draft } from "./draft.svelte";
import { Drafts } from "./drafts.svelte";

const SECRET = "correct horse battery";
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
const secretForm = (part: Partial<LaunchForm> = {}) =>
  form({
    advanced: {
      environment: [
        { name: "DB_USER", value: "anna" },
        { name: "DB_PASSWORD", secret: true },
      ],
    },
    ...part,
  });
function backendWith(part: Partial<Backend> = {}): Backend {
  return {
    ...demo(),
    newForm: async () => secretForm(),
    reviseForm: async (typed) => typed,
    checkForm: async () => clean,
    listVersions: async () => ({ choices: [], incomplete: null }),
    measureForm: async () => ({ here: true, bytes: null, unknown: null }),
    ...part,
  };
}

describe("a secret value", () => {
  it("goes beside the form, and is in neither the form nor the browser's storage", async () => {
    const checkForm = vi.fn<Backend["checkForm"]>(async () => clean);
    const launchLab = vi.fn<Backend["launchLab"]>(async () => "lab");
    const saveLab = vi.fn<Backend["saveLab"]>(async () => "lab");
    const draft = new Draft(backendWith({ checkForm, launchLab, saveLab }), { recipe: "ai-lab" });
    await draft.load();
    draft.secrets.put(1, SECRET);
    await draft.launch();
    await draft.save();
    for (const asked of [checkForm, launchLab, saveLab]) {
      expect(asked.mock.lastCall?.[1].variables).toEqual({ DB_PASSWORD: SECRET });
      for (const [sent] of asked.mock.calls) expect(JSON.stringify(sent)).not.toContain(SECRET);
    }
    expect(JSON.stringify(draft.form)).not.toContain(SECRET);
    expect(JSON.stringify({ ...localStorage, ...sessionStorage })).not.toContain(SECRET);
  });

  it("is checked again when it changes", async () => {
    const checkForm = vi.fn<Backend["checkForm"]>(async () => clean);
    const draft = new Draft(backendWith({ checkForm }), {}, secretForm());
    await draft.checkNow();
    draft.secrets.put(1, SECRET);
    await draft.checkNow();
    await draft.checkNow();
    expect(checkForm).toHaveBeenCalledTimes(2);
  });

  it("is left out where nothing was typed, and where the row is open", () => {
    const draft = new Draft(backendWith(), {}, secretForm());
    expect(draft.secrets.typed(secretForm()).variables).toEqual({});
    draft.secrets.put(0, "typed while it was locked");
    expect(draft.secrets.typed(secretForm()).variables).toEqual({});
  });

  it("stays with its row while the name is typed, and moves up with it", () => {
    const draft = new Draft(backendWith(), {}, secretForm());
    const rows = draft.form?.advanced.environment;
    draft.secrets.put(1, SECRET);
    const row = rows?.[1];
    if (!rows || !row) throw new Error("there are two rows");
    row.name = "DB_PASSWORD_2";
    expect(draft.secrets.value(1)).toBe(SECRET);
    rows.splice(0, 1);
    draft.secrets.removed(0);
    expect(draft.secrets.value(0)).toBe(SECRET);
    expect(draft.secrets.value(1)).toBe("");
  });

  it("stays with its name when a button settles something", async () => {
    const draft = new Draft(backendWith(), {}, secretForm());
    draft.secrets.put(1, SECRET);
    const fixed = secretForm({
      advanced: { environment: [{ name: "DB_PASSWORD", secret: true }, { name: "NEW" }] },
    });
    await draft.apply({ label: "Remove DB_USER", form: fixed });
    expect(draft.secrets.typed(fixed).variables).toEqual({ DB_PASSWORD: SECRET });
  });

  it("goes beside the form when a button makes its row secret", async () => {
    const draft = new Draft(
      backendWith(),
      {},
      form({ advanced: { environment: [{ name: "KEY", value: SECRET }] } }),
    );
    const kept = form({ advanced: { environment: [{ name: "KEY", value: SECRET, secret: true }] } });
    await draft.apply({ label: "Keep it secret", form: kept });
    expect(JSON.stringify(draft.form)).not.toContain(SECRET);
    expect(draft.secrets.typed(kept).variables).toEqual({ KEY: SECRET });
  });

  it("is forgotten when the page is left", () => {
    const draft = new Draft(backendWith(), {}, secretForm());
    draft.secrets.put(1, SECRET);
    draft.ownPassword = SECRET;
    draft.leave();
    expect(draft.secrets.typed(secretForm({ signIn: "own" }))).toEqual({ password: null, variables: {} });
  });

  it("comes along with a pasted command, and starting over takes the command's form", async () => {
    const newForm = vi.fn<Backend["newForm"]>(async () => form());
    const drafts = new Drafts(backendWith({ newForm }));
    drafts.fill("pasted", secretForm({ name: "Pasted" }), {
      password: "page",
      variables: { DB_PASSWORD: SECRET },
    });
    const draft = drafts.open({}, "pasted");
    expect(drafts.open({}, "imported")).not.toBe(draft);
    expect(draft.secrets.typed(secretForm({ signIn: "own" }))).toEqual({
      password: "page",
      variables: { DB_PASSWORD: SECRET },
    });
    if (draft.form) draft.form.name = "Changed";
    await draft.reset();
    expect(draft.form?.name).toBe("Pasted");
    expect(newForm).not.toHaveBeenCalled();
    drafts.launched(draft);
    expect(drafts.open({}, "pasted")).not.toBe(draft);
  });
});

describe("saving without starting", () => {
  it("says why it was refused, and keeps the form", async () => {
    const draft = new Draft(
      backendWith({ saveLab: () => Promise.reject(new Error("no room")) }),
      {},
      secretForm({ name: "Mine" }),
    );
    expect(await draft.save()).toBeNull();
    expect(draft.refusal?.detail).toBe("no room");
    expect(draft.saving).toBe(false);
    expect(draft.form?.name).toBe("Mine");
  });

  it("is not done while it launches", async () => {
    let answer: (lab: string) => void = () => undefined;
    const saveLab = vi.fn<Backend["saveLab"]>(async () => "lab");
    const launchLab = vi.fn<Backend["launchLab"]>(() => new Promise((done) => (answer = done)));
    const draft = new Draft(backendWith({ saveLab, launchLab }), {}, secretForm());
    const launched = draft.launch();
    expect(await draft.save()).toBeNull();
    expect(saveLab).not.toHaveBeenCalled();
    await vi.waitFor(() => expect(launchLab).toHaveBeenCalled());
    answer("lab");
    expect(await launched).toBe("lab");
  });
});
