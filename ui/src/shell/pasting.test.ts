/* From a pasted command to the wizard, and the wizard's Advanced by keyboard, on the sample backend. It lies beside
   the window because it crosses screens. */
import { fireEvent, render, screen, within } from "@testing-library/svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { demo } from "../ipc/demo";
import { type Page, router } from "../lib/router.svelte";
import { createApp } from "../state/app.svelte";
import { pastedCommand, takesPaste } from "./pasted";
import "./other-screens";
import Window from "./Window.svelte";

const LONG = { timeout: 8000 };
function open(page: Page, options?: Record<string, string>) {
  const app = createApp(demo());
  router.go(page, null, options, "replace");
  render(Window, { state: app });
  return app;
}
const area = () => screen.findByRole<HTMLTextAreaElement>("textbox", { name: "The command" }, LONG);
async function command(text: string) {
  const field = await area();
  await fireEvent.input(field, { target: { value: text } });
  return field;
}
const paste = (target: Element, text: string) =>
  fireEvent.paste(target, { clipboardData: { getData: () => text } });
const useButton = () => screen.getByRole("button", { name: /^Use this/ });
const usable = () => vi.waitFor(() => expect(useButton()).toHaveAttribute("aria-disabled", "false"), LONG);

describe("the paste page", { timeout: 30_000 }, () => {
  beforeEach(() => {
    router.go("settings", null, undefined, "replace");
  });

  it("reads the command, and its colours are the same text", async () => {
    open("paste");
    const text = "🚢 docker run --name lab -p 8888:8888 exasol/ai-lab:6.0.0\n";
    const field = await command(text);
    await screen.findByText("Is called lab.", {}, LONG);
    const copy = field.parentElement?.querySelector("pre");
    expect(copy?.textContent?.replace("\u200b", "")).toBe(text);
    expect([...(copy?.querySelectorAll("mark") ?? [])].map((mark) => mark.textContent)).toContain(
      "--name lab",
    );
    expect(screen.getByText("3 parts understood")).toBeInTheDocument();
  });

  it("marks the part of a meaning that has the focus, with arrows between meanings", async () => {
    open("paste");
    const field = await command("docker run --name lab -p 8888:8888 exasol/ai-lab:6.0.0");
    const list = await screen.findByRole("list", { name: "What it means" }, LONG);
    const [first, second] = within(list).getAllByRole("button");
    if (!first || !second) throw new Error("there are meanings");
    await vi.waitFor(() => first.focus());
    const marked = () => [...document.querySelectorAll("mark.is-marked")].map((mark) => mark.textContent);
    await vi.waitFor(() => expect(marked()).toEqual(["--name lab"]));
    await fireEvent.keyDown(first, { key: "ArrowDown" });
    expect(document.activeElement).toBe(second);
    await vi.waitFor(() => expect(marked()).toEqual(["-p 8888:8888"]));
    await fireEvent.click(second);
    expect(document.activeElement).toBe(field);
    expect(field.value.slice(field.selectionStart, field.selectionEnd)).toBe("-p 8888:8888");
  });

  it("asks for open values, says what is wrong at its field, and goes there", async () => {
    open("paste");
    await command("docker run -p $PORT:8888 exasol/ai-lab:$VERSION");
    const port = await screen.findByLabelText<HTMLInputElement>("PORT", {}, LONG);
    expect(port.value).toBe("8891");
    await fireEvent.input(port, { target: { value: "80x" } });
    await screen.findByText("A port is a number from 1 to 65535.", {}, LONG);
    expect(port.value).toBe("80x");
    await fireEvent.keyDown(document.body, { key: "Enter", ctrlKey: true });
    await vi.waitFor(() => expect(document.activeElement).toBe(port), LONG);
    expect(router.route.page).toBe("paste");
  });

  it("fills in the wizard; a secret is beside the form, and the way back finds the command", async () => {
    const app = open("paste");
    const checked = vi.spyOn(app.backend, "checkForm");
    await command("docker run -e DB_USER=anna -e DB_PASSWORD=hush exasol/ai-lab:6.0.0");
    await usable();
    await fireEvent.keyDown(document.body, { key: "Enter", ctrlKey: true });
    const value = await screen.findByLabelText<HTMLInputElement>("Secret value of DB_PASSWORD", {}, LONG);
    expect(value.value).toBe("hush");
    expect(screen.getByRole("button", { name: /^Advanced/ })).toHaveAttribute("aria-expanded", "true");
    await vi.waitFor(
      () => expect(checked.mock.lastCall?.[1].variables).toEqual({ DB_PASSWORD: "hush" }),
      LONG,
    );
    expect(JSON.stringify(checked.mock.calls.map(([form]) => form))).not.toContain("hush");
    expect(location.href).not.toContain("hush");
    await fireEvent.click(screen.getByRole("link", { name: /Back to The command/ }));
    router.go("paste", null, undefined, "replace");
    expect((await area()).value).toContain("DB_USER=anna");
  });

  it("says what it is not, and Clear begins anew", async () => {
    open("paste");
    const field = await command("docker compose up");
    await screen.findByText("This is not a docker run command.", {}, LONG);
    expect(useButton()).toHaveAttribute("aria-disabled", "true");
    await fireEvent.click(screen.getByRole("button", { name: "Clear" }));
    expect(field.value).toBe("");
    expect(document.activeElement).toBe(field);
    await screen.findByText("Nothing to read yet", {}, LONG);
  });

  it.each(["labs", "new"] as const)("opens when a command is pasted on the page %s", async (page) => {
    open(page);
    await screen.findByRole("heading", { level: 1 }, LONG);
    await paste(document.body, "some words");
    expect(router.route.page).toBe(page);
    await paste(document.body, "$ docker run -it jupyter/scipy-notebook");
    await vi.waitFor(() => expect(router.route.page).toBe("paste"));
    expect((await area()).value).toContain("jupyter/scipy-notebook");
  });
});

describe("a pasted text", () => {
  it.each([
    "docker run x",
    "  sudo docker run x",
    "$ podman run x",
    "docker container run x",
    "docker.exe create x",
    "\ndocker run \\\n x",
  ])("%j is a command", (text) => {
    expect(pastedCommand(text)).toBe(text);
  });
  it.each(["docker", "docker runs", "docker ps", "run docker run", "jupyter/scipy-notebook", ""])(
    "%j is none",
    (text) => {
      expect(pastedCommand(text)).toBeNull();
    },
  );
  it("belongs to the field that has the focus, unless that is a search", () => {
    const input = document.createElement("input");
    expect(takesPaste(input)).toBe(true);
    input.type = "search";
    expect(takesPaste(input)).toBe(false);
    expect(takesPaste(document.createElement("textarea"))).toBe(true);
    expect(takesPaste(document.body)).toBe(false);
  });
});

/* Finding a part by its role is slow in a form this long. */
describe("Advanced", { timeout: 30_000 }, () => {
  beforeEach(() => {
    router.go("settings", null, undefined, "replace");
  });
  const head = () => screen.findByRole("button", { name: /^Advanced/ }, LONG);
  async function unfold() {
    const app = open("wizard", { recipe: "ai-lab" });
    const button = await head();
    expect(button).toHaveAttribute("aria-expanded", "false");
    await fireEvent.click(button);
    return app;
  }

  it("is folded at first, and says how much is set when it is folded again", async () => {
    await unfold();
    await fireEvent.input(screen.getByLabelText("Processors"), { target: { value: "4" } });
    await fireEvent.click(screen.getByLabelText(/Open every port/));
    await fireEvent.click(await head());
    expect(await head()).toHaveTextContent("2 options are set");
    expect(screen.queryByLabelText("Processors")).toBeNull();
  });

  it("adds and removes variables with the focus where one goes on", async () => {
    await unfold();
    const add = screen.getByRole("button", { name: "Add a variable" });
    await fireEvent.click(add);
    const first = await screen.findByLabelText("Name of variable 1");
    await vi.waitFor(() => expect(document.activeElement).toBe(first));
    await fireEvent.input(first, { target: { value: "DB_PASSWORD" } });
    await fireEvent.blur(first);
    const secret = await screen.findByLabelText<HTMLInputElement>("Secret value of DB_PASSWORD");
    expect(secret.type).toBe("password");
    await fireEvent.click(add);
    const second = await screen.findByLabelText("Name of variable 2");
    await vi.waitFor(() => expect(document.activeElement).toBe(second));
    await fireEvent.click(screen.getByRole("button", { name: "Remove variable DB_PASSWORD" }));
    await vi.waitFor(
      () => expect(document.activeElement).toBe(screen.getByLabelText("Name of variable 1")),
      LONG,
    );
    await fireEvent.click(screen.getByRole("button", { name: "Remove variable 1" }));
    await vi.waitFor(() => expect(document.activeElement).toBe(add), LONG);
  });

  it("takes lines of variables that are pasted into a name, and locks those that look secret", async () => {
    const app = await unfold();
    const checked = vi.spyOn(app.backend, "checkForm");
    await fireEvent.click(screen.getByRole("button", { name: "Add a variable" }));
    await paste(await screen.findByLabelText("Name of variable 1"), "DB_USER=anna\nDB_PASSWORD=hush\n");
    expect((await screen.findByLabelText<HTMLInputElement>("Value of DB_USER")).value).toBe("anna");
    expect((await screen.findByLabelText<HTMLInputElement>("Secret value of DB_PASSWORD")).value).toBe(
      "hush",
    );
    await vi.waitFor(
      () => expect(checked.mock.lastCall?.[1].variables).toEqual({ DB_PASSWORD: "hush" }),
      LONG,
    );
    expect(JSON.stringify(checked.mock.lastCall?.[0])).not.toContain("hush");
  });

  it("puts a value behind the lock and does not bring it out again", async () => {
    await unfold();
    await fireEvent.click(screen.getByRole("button", { name: "Add a variable" }));
    await fireEvent.input(await screen.findByLabelText("Name of variable 1"), { target: { value: "CODE" } });
    await fireEvent.input(screen.getByLabelText("Value of CODE"), { target: { value: "1234" } });
    await fireEvent.click(screen.getByRole("button", { name: "Keep the value of CODE secret" }));
    expect((await screen.findByLabelText<HTMLInputElement>("Secret value of CODE")).value).toBe("1234");
    await fireEvent.click(screen.getByRole("button", { name: "Keep the value of CODE secret" }));
    expect((await screen.findByLabelText<HTMLInputElement>("Value of CODE")).value).toBe("");
  });

  it("opens by itself where something in it is wrong, and Launch leads there", async () => {
    await unfold();
    await fireEvent.input(screen.getByLabelText("Memory"), { target: { value: "much" } });
    await screen.findAllByText("Type a size with its unit: 512m, 2g", {}, LONG);
    await fireEvent.click(await head());
    expect(await head()).toHaveTextContent("1 option is set, 1 needs you");
    await fireEvent.click(await head());
    await fireEvent.keyDown(document.body, { key: "Enter", ctrlKey: true });
    await vi.waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText("Memory")), LONG);
  });

  it("tells what privileged mode risks, and waits for the consent", async () => {
    await unfold();
    await fireEvent.click(screen.getByRole("switch", { name: "Privileged mode" }));
    const panel = await screen.findByRole("region", { name: "What this risks" }, LONG);
    expect(screen.getAllByRole("region", { name: "What this risks" })).toHaveLength(1);
    await fireEvent.click(within(panel).getByRole("button", { name: "Leave it off" }));
    await vi.waitFor(
      () => expect(screen.queryByRole("region", { name: "What this risks" })).toBeNull(),
      LONG,
    );
    expect(document.activeElement).toBe(screen.getByRole("switch", { name: "Privileged mode" }));
  });

  it("adds rare options from a menu, those that Docker takes once only once", async () => {
    await unfold();
    const menu = screen.getByRole("button", { name: "Add an option" });
    await fireEvent.click(menu);
    await fireEvent.click(screen.getByRole("menuitem", { name: "Init process" }));
    const remove = await screen.findByRole("button", { name: "Remove: Init process" });
    await fireEvent.click(menu);
    expect(screen.getByRole("menuitem", { name: "Init process" })).toHaveAttribute("aria-disabled", "true");
    await fireEvent.click(screen.getByRole("menuitem", { name: "Known host" }));
    await vi.waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText("Known host")));
    await fireEvent.click(remove);
    await vi.waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText("Known host")), LONG);
  });

  it("is kept as a lab without starting", async () => {
    const app = await unfold();
    const saved = vi.spyOn(app.backend, "saveLab");
    const launched = vi.spyOn(app.backend, "launchLab");
    await fireEvent.input(screen.getByLabelText("Name"), { target: { value: "Later" } });
    await fireEvent.click(screen.getByRole("button", { name: "Save without starting" }));
    await vi.waitFor(() => expect(router.route).toMatchObject({ page: "lab", part: "later" }), LONG);
    expect(saved).toHaveBeenCalledTimes(1);
    expect(launched).not.toHaveBeenCalled();
  });
});
