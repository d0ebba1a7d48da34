import { describe, expect, it, vi } from "vitest";
import { toasts } from "$kit";
import type { Backend } from "../../ipc/backend";
import type { LabCard } from "../../ipc/bindings";
import { demo } from "../../ipc/demo";
import { labs, pageless } from "../../ipc/demo/sample-labs";
import { CommandError } from "../../ipc/error";
import { Labs } from "../../state/labs.svelte";
import { COMMAND_FORMS, formText } from "./command-forms";
import { connectionParts, connectionPlace } from "./connection";
import { labMenu } from "./lab-menu";

const [running, launching, stopped, failed] = labs as [LabCard, LabCard, LabCard, LabCard];
const [database, finished] = pageless as [LabCard, LabCard];

function menu(lab: LabCard, part: Partial<Backend> = {}) {
  const backend = { ...demo(), ...part };
  const ask = vi.fn();
  const items = labMenu(lab, { backend, labs: new Labs(backend), ask });
  const choose = (label: string) => items.find((item) => item.label === label)?.run();
  return { items, labels: items.map((item) => item.label), ask, choose };
}

describe("the menu of a lab", () => {
  it("offers what its state allows", () => {
    expect(menu(running).labels).toContain("Open in browser");
    expect(menu(running).labels).not.toContain("Start");
    expect(menu(stopped).labels).toContain("Start");
    expect(menu(stopped).labels).not.toContain("Stop");
    expect(menu(failed).labels).toContain("Discard this launch");
    expect(menu(finished).labels).toContain("Delete lab");
  });
  it("opens no page where there is none, and copies where to connect", () => {
    expect(menu(database).labels).not.toContain("Open in browser");
    expect(menu(database).labels).toContain("Copy the address");
  });
  it("forgets only what another program made", () => {
    expect(finished.adopted).toBe(true);
    expect(menu(finished).labels).toContain("Forget this lab");
    expect(menu(stopped).labels).not.toContain("Forget this lab");
  });
  it("backs up work that lies in a volume, and copies work that lies in a folder", () => {
    const inVolume: LabCard = { ...running, kept: "volume", keptIn: "my-vol" };
    const backing = menu(inVolume);
    backing.choose("Back up its work");
    expect(backing.ask).toHaveBeenLastCalledWith("backUp");
    const copying = menu({ ...running, kept: "folder", keptIn: "/home/anna/work" });
    expect(copying.labels).not.toContain("Back up its work");
    copying.choose("Copy its work into a volume…");
    expect(copying.ask).toHaveBeenLastCalledWith("copy");
    expect(menu({ ...running, kept: "nothing", keptIn: "" }).labels).not.toContain("Back up its work");
  });
  it("does not hand on what is still being made", () => {
    for (const label of ["Rename", "Save as a recipe", "Show as a command", "Export the settings"])
      expect(menu(launching).labels).not.toContain(label);
    expect(menu(launching).labels).toContain("Duplicate");
  });
  it("waits while something is under way", () => {
    const busy = menu({ ...running, intent: "stop" }).items.filter((item) => item.disabled);
    expect(busy.map((item) => item.label)).toEqual([
      "Open in browser",
      "Stop",
      "Restart",
      "Save as my image",
      "Change…",
      "Rename",
      "Delete lab",
    ]);
  });
  it("asks in dialogs", () => {
    const { ask, choose } = menu(running);
    for (const [label, question] of [
      ["Rename", "rename"],
      ["Show as a command", "commands"],
      ["Save as a recipe", "recipe"],
      ["Show the password", "password"],
      ["Delete lab", "delete"],
    ] as const) {
      choose(label);
      expect(ask).toHaveBeenLastCalledWith(question);
    }
  });
  it("says where a file went, why it did not, and nothing where the person closed the dialog", async () => {
    const done = vi.spyOn(toasts, "done");
    const fails = vi.spyOn(toasts, "failed");
    menu(running, { exportLab: async () => "/home/anna/ai-lab.json" }).choose("Export the settings");
    await vi.waitFor(() =>
      expect(done).toHaveBeenCalledWith(expect.stringContaining("/home/anna/ai-lab.json")),
    );
    menu(running, { makeShortcut: async () => "/home/anna/Desktop/a.desktop" }).choose(
      "Make a desktop shortcut",
    );
    await vi.waitFor(() =>
      expect(done).toHaveBeenLastCalledWith(expect.stringContaining("Desktop/a.desktop")),
    );
    const full = new CommandError({
      kind: "diskFull",
      title: "The disk is full.",
      message: "Nothing was written.",
      hint: null,
      field: null,
      detail: null,
    });
    menu(running, { exportLab: () => Promise.reject(full) }).choose("Export the settings");
    await vi.waitFor(() => expect(fails).toHaveBeenCalledWith("The disk is full. Nothing was written."));
    done.mockClear();
    menu(running, { exportLab: async () => null }).choose("Export the settings");
    await new Promise((next) => setTimeout(next, 20));
    expect(done).not.toHaveBeenCalled();
  });
});

describe("a connection", () => {
  it("is taken apart, so that each part can be copied", () => {
    expect(connectionParts("127.0.0.1:5432, user postgres, database sales")).toEqual([
      { key: "host", label: "Host", value: "127.0.0.1" },
      { key: "port", label: "Port", value: "5432" },
      { key: "user", label: "User", value: "postgres" },
      { key: "database", label: "Database", value: "sales" },
    ]);
  });
  it("may be IPv6, or have no port or no user", () => {
    expect(connectionParts("[::1]:8563, user sys").map((part) => part.value)).toEqual(["::1", "8563", "sys"]);
    expect(connectionParts("db.example").map((part) => part.value)).toEqual(["db.example"]);
  });
  it("keeps what it does not know", () => {
    expect(connectionParts("127.0.0.1:1, encrypted").at(-1)).toEqual({
      key: "encrypted",
      label: "Also",
      value: "encrypted",
    });
  });
  it("fits a card by its place alone", () =>
    expect(connectionPlace("127.0.0.1:5432, user postgres")).toBe("127.0.0.1:5432"));
});

it("every form of the command says where it is used", () => {
  const uses = COMMAND_FORMS.map((form) => formText(form).use);
  expect(new Set(uses).size).toBe(COMMAND_FORMS.length);
});
