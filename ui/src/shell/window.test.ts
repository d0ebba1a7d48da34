/* The whole window on the sample backend: rooms, cards, a stop and a delete, by keyboard where people would use it. */
import { fireEvent, render, screen, within } from "@testing-library/svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { demo } from "../ipc/demo";
import { router } from "../lib/router.svelte";
import { createApp } from "../state/app.svelte";
// Compiled before the tests: they do not wait as long as that takes.
import "./other-screens";
import Window from "./Window.svelte";

const open = (scenario = "") => render(Window, { state: createApp(demo(new URLSearchParams({ scenario }))) });
const key = (pressed: string, more: KeyboardEventInit = {}) =>
  fireEvent.keyDown(document.body, { key: pressed, ...more });
const heading = (name: string | RegExp) => screen.findByRole("heading", { level: 1, name });

describe("the window", () => {
  beforeEach(() => {
    router.go("labs", null, undefined, "replace");
  });

  it("shows the labs, and only rooms that exist", async () => {
    open();
    expect(await screen.findByRole("article", { name: "AI-Lab" })).toBeInTheDocument();
    const rooms = within(screen.getByRole("navigation", { name: "Main" })).getAllByRole("link");
    expect(rooms.map((room) => room.querySelector("span")?.textContent)).toEqual([
      "Labs",
      "Images",
      "Volumes",
      "Containers",
    ]);
    expect(screen.getByRole("link", { name: /^Engine: Docker Engine/ })).toBeInTheDocument();
  });

  it("goes to its rooms by keyboard and puts the focus on their title", async () => {
    open();
    await screen.findByRole("article", { name: "AI-Lab" });
    for (const [pressed, title] of [
      ["2", "Images"],
      ["3", "Volumes"],
      ["4", "Containers"],
      ["1", "Labs"],
    ] as const) {
      await key(pressed, { ctrlKey: true });
      const found = await heading(title);
      await vi.waitFor(() => expect(document.activeElement).toBe(found));
    }
    await key("n", { ctrlKey: true });
    await heading("Start something new");
  });

  it("lists its shortcuts", async () => {
    open();
    await screen.findByRole("article", { name: "AI-Lab" });
    await key("?", { shiftKey: true });
    const list = screen.getByRole("dialog", { name: "Keyboard shortcuts" });
    expect(within(list).getByText("New lab")).toBeInTheDocument();
  });

  it("waits for the engine before it says that a lab has stopped", async () => {
    open();
    const card = await screen.findByRole("article", { name: "AI-Lab" });
    await fireEvent.click(within(card).getByRole("button", { name: "Stop AI-Lab" }));
    await within(card).findAllByText("Stopping");
    await within(card).findByText("Stopped", {}, { timeout: 3000 });
    expect(within(card).getByRole("button", { name: "Start AI-Lab" })).toBeInTheDocument();
  });

  it("asks once before it deletes, and no volume goes unless ticked", async () => {
    const app = createApp(demo());
    const deleted = vi.spyOn(app.backend, "deleteLab");
    render(Window, { state: app });
    const card = await screen.findByRole("article", { name: "AI-Lab" });
    await fireEvent.click(within(card).getByRole("button", { name: "More actions for AI-Lab" }));
    await fireEvent.click(screen.getByRole("menuitem", { name: "Delete lab" }));
    const dialog = await screen.findByRole("dialog", { name: "Delete AI-Lab?" });
    const box = await within(dialog).findByRole("checkbox", { name: "Also delete the volume my-vol" });
    expect(box).not.toBeChecked();
    await fireEvent.click(within(dialog).getByRole("button", { name: "Delete lab" }));
    expect(deleted).toHaveBeenCalledWith("ai-lab", []);
    await vi.waitFor(() => expect(screen.queryByRole("article", { name: "AI-Lab" })).toBeNull(), {
      timeout: 3000,
    });
  });

  it("shows a password only on request", async () => {
    open();
    const card = await screen.findByRole("article", { name: "AI-Lab" });
    expect(document.body.innerHTML).not.toContain("ailab</");
    await fireEvent.click(within(card).getByRole("button", { name: "Password of AI-Lab" }));
    const field = await within(await screen.findByRole("dialog")).findByLabelText("Password of AI-Lab");
    await vi.waitFor(() => expect(field).toHaveValue("ailab"));
    expect(field).toHaveAttribute("type", "password");
  });

  it("keeps what was there when the engine goes, and says how old it is", async () => {
    open("stale");
    const card = await screen.findByRole("article", { name: "AI-Lab" });
    expect(screen.getByText("The engine does not answer")).toBeInTheDocument();
    expect(within(card).queryByRole("button", { name: "Stop AI-Lab" })).toBeNull();
  });

  it("offers a first lab where there is none", async () => {
    open("empty");
    expect(await screen.findByRole("heading", { name: "Launch your first lab" })).toBeInTheDocument();
    expect(await screen.findByRole("link", { name: /Exasol AI-Lab/ })).toHaveAttribute(
      "href",
      "#/wizard?recipe=ai-lab",
    );
  });

  it("says why nothing can start, with the way to mend it", async () => {
    open("denied");
    expect(await screen.findByText("You may not use Docker yet.")).toBeInTheDocument();
    await fireEvent.click(screen.getByRole("link", { name: "See what to do" }));
    router.go("engine", null, undefined, "replace");
    expect(await screen.findByRole("button", { name: "Add me to the group" })).toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Run hello-world" })).toHaveAttribute("aria-disabled", "true");
  });

  it("draws five hundred containers without five hundred rows", async () => {
    open("many");
    router.go("containers", null, undefined, "replace");
    const grid = await screen.findByRole("grid", { name: "Containers" });
    expect(grid).toHaveAttribute("aria-rowcount", "509");
    expect(within(grid).getAllByRole("row").length).toBeLessThan(60);
  });
});
