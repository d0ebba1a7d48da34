/* Files of a volume moved and changed on the sample backend, by mouse and by keyboard. */
import { configure, fireEvent, render, screen, within } from "@testing-library/svelte";
import { tick } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { toasts } from "$kit";
import { demo } from "../ipc/demo";
import { router } from "../lib/router.svelte";
import { createApp } from "../state/app.svelte";
// Compiled before the tests: they do not wait as long as that takes.
import "./other-screens";
import Window from "./Window.svelte";

vi.setConfig({ testTimeout: 60_000 });
configure({ asyncUtilTimeout: 15_000 });
beforeEach(() => {
  for (const toast of toasts.shown) toasts.close(toast.id);
  router.go("volume", "my-vol", undefined, "replace");
});

async function open(scenario = "") {
  const app = createApp(demo(new URLSearchParams({ scenario })));
  const asked = {
    download: vi.spyOn(app.backend, "downloadEntries"),
    upload: vi.spyOn(app.backend, "uploadChosen"),
    drop: vi.spyOn(app.backend, "uploadDropped"),
    trash: vi.spyOn(app.backend, "trashEntries"),
    unsaved: vi.spyOn(app.backend, "tellUnsaved"),
  };
  render(Window, { state: app });
  await until(() => row("customers.csv"));
  return { app, asked };
}
function row(name: string): HTMLElement {
  const rows = [...document.querySelectorAll<HTMLElement>(".frow")];
  const found = rows.find((one) => one.querySelector(".frow__name")?.textContent?.trim() === name);
  if (!found) throw new Error(`no row ${name}`);
  return found;
}
const chosen = () =>
  [...document.querySelectorAll('.frow[aria-selected="true"] .frow__name')].map((one) =>
    one.textContent?.trim(),
  );
const key = (
  key: string,
  part: KeyboardEventInit = {},
  on: Element = document.activeElement ?? document.body,
) => fireEvent.keyDown(on, { key, ...part });
const until = (check: () => unknown) => vi.waitFor(check, { timeout: 15_000 });
const button = (name: string | RegExp) => screen.findByRole("button", { name });
const dialog = (name: string | RegExp) => screen.findByRole("dialog", { name });

describe("choosing files", () => {
  it("takes one, adds others with Ctrl, a stretch with Shift, and all of them", async () => {
    await open();
    await fireEvent.click(row("customers.csv"));
    expect(chosen()).toEqual(["customers.csv"]);
    await fireEvent.click(row("settings.json"), { ctrlKey: true });
    expect(chosen()).toEqual(["customers.csv", "settings.json"]);
    await fireEvent.click(row("latest.csv"), { shiftKey: true });
    await until(() => expect(chosen()).toEqual(["latest.csv", "settings.json"]));
    row("latest.csv").focus();
    await key("ArrowDown", { shiftKey: true });
    await until(() => expect(chosen()).toEqual(["settings.json"]));
    await key("a", { ctrlKey: true });
    await until(() => expect(chosen().length).toBe(12));
    await key("Escape");
    expect(chosen()).toEqual([]);
  });

  it("downloads what is chosen, without what lies in a chosen folder", async () => {
    const { asked } = await open();
    expect(await button("Download")).toHaveAttribute("aria-disabled", "true");
    await fireEvent.click(row("churn"));
    await until(() => row("features.ipynb"));
    await fireEvent.click(row("features.ipynb"), { ctrlKey: true });
    await fireEvent.click(row("customers.csv"), { ctrlKey: true });
    const bar = document.querySelector<HTMLElement>(".selbar");
    expect(bar).toHaveTextContent("3 chosen");
    await fireEvent.click(within(bar as HTMLElement).getByRole("button", { name: "Download" }));
    expect(asked.download).toHaveBeenCalledWith(expect.any(Number), ["churn", "customers.csv"]);
  });
});

describe("changing files", () => {
  it("renames where the name stands; what is wrong stands below it, and Escape leaves it", async () => {
    await open();
    await fireEvent.click(row("ai_lab.db"));
    await key("F2");
    const field = await screen.findByRole<HTMLInputElement>("textbox", { name: "New name of ai_lab.db" });
    expect(document.activeElement).toBe(field);
    expect([field.selectionStart, field.selectionEnd]).toEqual([0, "ai_lab".length]);
    await fireEvent.input(field, { target: { value: "s" } });
    await tick();
    expect([field.selectionStart, field.selectionEnd]).toEqual([1, 1]);
    await fireEvent.input(field, { target: { value: "settings.json" } });
    await key("Enter", {}, field);
    await until(() => expect(field).toHaveAccessibleDescription(/is called settings.json already/));
    await fireEvent.input(field, { target: { value: "lab.db" } });
    await key("Enter", {}, field);
    await until(() => expect(document.activeElement).toBe(row("lab.db")));
    expect(chosen()).toEqual(["lab.db"]);
    await key("F2");
    await key("Escape", {}, await screen.findByRole("textbox", { name: "New name of lab.db" }));
    await until(() => expect(document.activeElement).toBe(row("lab.db")));
  });

  it("makes a folder in the one that is open, and goes to it", async () => {
    await open();
    await key("N", { ctrlKey: true, shiftKey: true }, document.body);
    const field = await screen.findByRole("textbox", { name: "Name of the new folder in my-vol" });
    await fireEvent.input(field, { target: { value: "drafts" } });
    await key("Enter", {}, field);
    await until(() => expect(chosen()).toEqual(["drafts"]));
    expect(document.activeElement).toBe(row("drafts"));
  });

  it("moves what was cut to the folder that is open, and what is dragged to the one below the pointer", async () => {
    const { app } = await open();
    const move = vi.spyOn(app.backend, "moveEntries");
    await fireEvent.click(row("latest.csv"));
    await key("x", { ctrlKey: true });
    await fireEvent.dblClick(row("models"));
    await until(() => row("baseline.joblib"));
    await key("v", { ctrlKey: true }, document.body);
    await until(() => row("latest.csv"));
    expect(move).toHaveBeenLastCalledWith(expect.any(Number), ["latest.csv"], "models");

    await fireEvent.click(screen.getByRole("button", { name: "my-vol" }));
    await until(() => row("exports"));
    document.elementFromPoint = () => row("exports");
    // This page without a browser knows no events of pointers.
    const pointer = (kind: string, on: Element, part: MouseEventInit) =>
      fireEvent(on, new MouseEvent(`pointer${kind}`, { bubbles: true, ...part }));
    await pointer("down", row("customers.csv"), { clientX: 5, clientY: 5 });
    await pointer("move", document.body, { buttons: 1, clientX: 8, clientY: 5 });
    expect(screen.queryByText("Move customers.csv to exports")).toBeNull();
    await pointer("move", document.body, { buttons: 1, clientX: 50, clientY: 50 });
    expect(await screen.findByText("Move customers.csv to exports")).toBeInTheDocument();
    await pointer("up", document.body, {});
    await until(() =>
      expect(move).toHaveBeenLastCalledWith(expect.any(Number), ["customers.csv"], "exports"),
    );
    // The sample's files are those of all tests here.
    await app.backend.moveEntries(1, ["exports/customers.csv"], "");
  });

  it("moves into the trash and brings back by one step", async () => {
    const { asked } = await open();
    await fireEvent.click(row("settings.json"));
    await key("Delete");
    await until(() => expect(() => row("settings.json")).toThrow());
    expect(asked.trash).toHaveBeenCalledWith(expect.any(Number), ["settings.json"]);
    expect(await screen.findByText("settings.json is in the trash")).toBeInTheDocument();
    await fireEvent.click(await button("Undo"));
    await until(() => row("settings.json"));
  });

  it("says what goes for good before the trash is emptied, and asks once", async () => {
    const { app } = await open();
    const empty = vi.spyOn(app.backend, "emptyTrash");
    await fireEvent.click(await button("More for my-vol"));
    await fireEvent.click(screen.getByRole("menuitem", { name: "Trash" }));
    await dialog("Trash of my-vol");
    await fireEvent.click(await button("Bring back te_cache_2024"));
    await until(() => expect(screen.queryByRole("button", { name: "Bring back te_cache_2024" })).toBeNull());
    await fireEvent.click(await button("Empty the trash"));
    const asking = await dialog("Empty the trash of my-vol?");
    expect(asking).toHaveTextContent(/files, .* deleted for good/);
    expect(empty).not.toHaveBeenCalled();
    await fireEvent.click(within(asking).getByRole("button", { name: "Delete for good" }));
    await until(() => expect(document.querySelector("dialog")).toBeNull());
    expect(empty).toHaveBeenCalledOnce();
  });

  it("shows no changing action where nothing can be changed, and says why", async () => {
    const { asked } = await open("locked");
    expect(
      screen.getByText(/Nothing can be changed here. The labs that use this folder/),
    ).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Upload" })).toBeNull();
    await fireEvent.click(row("settings.json"));
    await key("Delete");
    await key("F2");
    expect(screen.queryByRole("textbox", { name: /New name/ })).toBeNull();
    await fireEvent.contextMenu(row("settings.json"));
    expect(screen.getAllByRole("menuitem").map((one) => one.textContent)).toEqual([
      "Download",
      "Compare with…",
    ]);
    expect(asked.trash).not.toHaveBeenCalled();
  });
});

describe("files of this computer", () => {
  it("go where they are dropped: into the folder below the pointer, or the one that is open", async () => {
    const { app, asked } = await open();
    const at = vi.fn((): Element => row("models"));
    document.elementFromPoint = at;
    app.dropping.take({ held: { count: 3, x: 1, y: 1, own: false }, dropped: null });
    expect(await screen.findByText("Upload 3 items to models")).toBeInTheDocument();
    const drop = (number: number) =>
      app.dropping.take({ held: null, dropped: { number, count: 3, names: [], x: 1, y: 1, own: false } });
    drop(1);
    expect(asked.drop).toHaveBeenLastCalledWith(expect.any(Number), "models", 1);
    at.mockReturnValue(row("customers.csv"));
    drop(2);
    expect(asked.drop).toHaveBeenLastCalledWith(expect.any(Number), "", 2);
    at.mockReturnValue(document.body);
    drop(3);
    expect(asked.drop).toHaveBeenCalledTimes(2);
  });

  it("leave the window with the pointer, and are moved where they come back", async () => {
    const { app, asked } = await open();
    const bring = vi.spyOn(app.backend, "bringAside");
    const out = vi.spyOn(app.backend, "dragOut");
    const move = vi.spyOn(app.backend, "moveEntries").mockResolvedValue([]);
    const pointer = (kind: string, on: Element, part: MouseEventInit) =>
      fireEvent(on, new MouseEvent(`pointer${kind}`, { bubbles: true, ...part }));
    document.elementFromPoint = () => row("models");
    await pointer("down", row("customers.csv"), { clientX: 5, clientY: 5 });
    await pointer("move", document.body, { buttons: 1, clientX: 50, clientY: 50 });
    expect(bring).not.toHaveBeenCalled();
    await pointer("move", document.body, { buttons: 1, clientX: -3, clientY: 50 });
    expect(await screen.findByText("Getting customers.csv ready. Keep the button held.")).toBeInTheDocument();
    await pointer("move", document.body, { buttons: 1, clientX: -8, clientY: 50 });
    await until(() => expect(out).toHaveBeenCalledExactlyOnceWith(1));
    expect(bring).toHaveBeenCalledExactlyOnceWith(expect.any(Number), ["customers.csv"]);
    expect(screen.queryByText(/Getting customers.csv ready/)).toBeNull();

    app.dropping.take({ held: { count: 1, x: 1, y: 1, own: true }, dropped: null });
    expect(await screen.findByText("Move customers.csv to models")).toBeInTheDocument();
    app.dropping.take({ held: null, dropped: { number: 9, count: 1, names: [], x: 1, y: 1, own: true } });
    await until(() => expect(move).toHaveBeenCalledWith(expect.any(Number), ["customers.csv"], "models"));
    expect(asked.drop).not.toHaveBeenCalled();
  });

  it("that are let go of too early are dropped nowhere, which is said", async () => {
    const { app } = await open();
    const out = vi.spyOn(app.backend, "dragOut");
    const pointer = (kind: string, on: Element, part: MouseEventInit) =>
      fireEvent(on, new MouseEvent(`pointer${kind}`, { bubbles: true, ...part }));
    document.elementFromPoint = () => null;
    await pointer("down", row("customers.csv"), { clientX: 5, clientY: 5 });
    await pointer("move", document.body, { buttons: 1, clientX: -3, clientY: 50 });
    await pointer("up", document.body, { clientX: -3, clientY: 50 });
    expect(await screen.findByText(/^customers.csv was not dropped anywhere/)).toBeInTheDocument();
    expect(out).not.toHaveBeenCalled();
  });

  it("are chosen by the button, and a folder's menu puts them into that folder", async () => {
    const { asked } = await open();
    await key("u", { ctrlKey: true }, document.body);
    expect(asked.upload).toHaveBeenLastCalledWith(expect.any(Number), "", false);
    await fireEvent.contextMenu(row("models"));
    await fireEvent.click(screen.getByRole("menuitem", { name: "Upload a folder" }));
    expect(asked.upload).toHaveBeenLastCalledWith(expect.any(Number), "models", true);
  });
});

describe("a text", () => {
  async function edit(scenario = "") {
    const opened = await open(scenario);
    await fireEvent.click(row("two␊lines.md"));
    await fireEvent.click(await button("Edit"));
    const field = await screen.findByRole<HTMLTextAreaElement>("textbox", { name: /^Text of/ });
    expect(document.activeElement).toBe(field);
    await fireEvent.input(field, { target: { value: "mine\n" } });
    return { ...opened, field };
  }

  it("is saved by Ctrl S", async () => {
    const { asked } = await edit();
    await until(() => expect(asked.unsaved).toHaveBeenLastCalledWith(true));
    await key("s", { ctrlKey: true });
    expect(await screen.findByText("Saved")).toBeInTheDocument();
    expect(asked.unsaved).toHaveBeenLastCalledWith(false);
    await fireEvent.click(await button("Done"));
    expect(await button("Edit")).toBeInTheDocument();
  });

  it("holds back whoever leaves the page or the file before it is saved", async () => {
    const { field } = await edit();
    router.go("labs");
    const asking = await dialog(/^Save [\s\S]* first\?/);
    expect(router.route.page).toBe("volume");
    await fireEvent.click(within(asking).getByRole("button", { name: "Keep editing" }));
    expect(field).toHaveValue("mine\n");
    await fireEvent.click(row("settings.json"));
    await fireEvent.click(
      within(await dialog(/^Save [\s\S]* first\?/)).getByRole("button", { name: "Drop what I typed" }),
    );
    await screen.findByRole("heading", { name: "settings.json" });
    router.go("labs");
    await until(() => expect(router.route.page).toBe("labs"));
  });

  it("that the lab has written meanwhile is saved over nothing; both can be seen, and a copy kept", async () => {
    await edit("overtaken");
    await key("s", { ctrlKey: true });
    const asking = await dialog(/^The lab has changed/);
    expect(asking).toHaveTextContent("what you typed is still here");
    await fireEvent.click(within(asking).getByRole("button", { name: "See theirs" }));
    expect(
      within(asking).getByRole<HTMLTextAreaElement>("textbox", { name: "As the lab wrote it" }).value,
    ).toContain("written by the lab");
    await fireEvent.click(within(asking).getByRole("button", { name: "Save mine as a copy" }));
    expect(await screen.findByText(/^Saved as .*\(mine\)\.md/)).toBeInTheDocument();
    expect(document.querySelector("dialog")).toBeNull();
  });
});

describe("closing the window", () => {
  it("asks once while work runs, and stays where one says so", async () => {
    const { app } = await open("closing");
    const close = vi.spyOn(app.backend, "closeWindow");
    const asking = await dialog(/still going on/);
    expect(asking).toHaveTextContent("Uploading 214 files to churn/data");
    await fireEvent.click(within(asking).getByRole("button", { name: "Keep running" }));
    expect(document.querySelector("dialog")).toBeNull();
    expect(close).not.toHaveBeenCalled();
  });
});
