/* The catalogue, a lab's deeds and containers on the sample backend, by keyboard where people would use it. */
import { fireEvent, render, screen, within } from "@testing-library/svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { demo } from "../ipc/demo";
import { router } from "../lib/router.svelte";
import { createApp } from "../state/app.svelte";
// Compiled before the tests: they do not wait as long as that takes.
import "./other-screens";
import Window from "./Window.svelte";

function open(scenario = "") {
  const app = createApp(demo(new URLSearchParams({ scenario })));
  render(Window, { state: app });
  return app.backend;
}
const press = (key: string, on: Element = document.activeElement ?? document.body) =>
  fireEvent.keyDown(on, { key });
const link = (name: string) => screen.findByRole("link", { name });
const dialog = (name: string | RegExp) => screen.findByRole("dialog", { name });
/** Names of the tiles; asking for roles would look at each of the many parts of each. */
const tiles = () => [...document.querySelectorAll(".g-card__name")].map((name) => name.textContent);
// The catalogue is large for a page without a browser.
vi.setConfig({ testTimeout: 30_000 });

async function choose(menu: string, item: string) {
  await fireEvent.click(await screen.findByRole("button", { name: menu }));
  await fireEvent.click(screen.getByRole("menuitem", { name: new RegExp(`^${item}`) }));
}

describe("the catalogue", () => {
  beforeEach(() => router.go("new", null, undefined, "replace"));

  it("searches wherever one types, and arrows go over the tiles and back", async () => {
    open();
    const first = await link("Exasol AI-Lab");
    await press("p", document.body);
    const field = screen.getByRole("searchbox");
    expect(document.activeElement).toBe(field);
    expect(field).toHaveValue("p");
    await fireEvent.input(field, { target: { value: "postgres" } });
    await vi.waitFor(() => expect(tiles()).toEqual(["PostgreSQL"]));
    await press("Escape", field);
    await link("Exasol AI-Lab");
    await press("ArrowDown", field);
    expect(document.activeElement?.textContent).toBe(first.textContent);
    await press("ArrowRight");
    expect(document.activeElement?.textContent).toBe("Data science sandbox");
    await press("ArrowLeft");
    expect(document.activeElement?.textContent).toBe(first.textContent);
    await fireEvent.input(field, { target: { value: "postgres" } });
    field.focus();
    await press("ArrowDown");
    await press("ArrowUp");
    expect(document.activeElement).toBe(field);
  });

  it("goes by category, and says where else the search has something", async () => {
    open();
    await link("Exasol AI-Lab");
    await fireEvent.click(screen.getByRole("tab", { name: /^Databases/ }));
    expect(tiles()).toEqual(["PostgreSQL", "MySQL"]);
    await fireEvent.input(screen.getByRole("searchbox"), { target: { value: "rstudio server" } });
    await fireEvent.click(await screen.findByRole("button", { name: "Look in all of them" }));
    expect(tiles()).toEqual(["RStudio Server"]);
    await fireEvent.input(screen.getByRole("searchbox"), { target: { value: "no such thing" } });
    expect(await screen.findByText(/type the full name of an image/)).toBeInTheDocument();
  });

  it("says why something will not run here, and what may slow it", async () => {
    open();
    const rapids = (await link("RAPIDS notebooks")).closest("article") as HTMLElement;
    expect(within(rapids).getByText(/Needs an NVIDIA graphics card/)).toBeInTheDocument();
    expect(within(rapids).getByText("See options")).toBeInTheDocument();
    const maps = (await link("RStudio for maps")).closest("article") as HTMLElement;
    expect(within(maps).getByText(/Wants 24 GB of memory/)).toBeInTheDocument();
    expect(within(maps).queryByText("Runs here")).toBeNull();
  });

  it("says what a recipe from elsewhere will do before it is added, and asks once before it goes", async () => {
    const backend = open();
    const add = vi.spyOn(backend, "addRecipe");
    await link("Exasol AI-Lab");
    await fireEvent.click(screen.getByRole("button", { name: "Open a recipe file" }));
    const asks = await dialog("Add this recipe?");
    const deeds = within(asks)
      .getAllByRole("listitem")
      .map((deed) => deed.textContent);
    expect(deeds[0]).toMatch(/^Runs start-notebook.py/);
    expect(deeds).toHaveLength(4);
    expect(add).not.toHaveBeenCalled();
    await fireEvent.click(within(asks).getByRole("button", { name: "Add recipe" }));
    await vi.waitFor(() => expect(tiles()).toEqual(["Churn workbench"]));

    await choose("More actions for the recipe Churn workbench", "Remove");
    const removes = await dialog("Remove the recipe Churn workbench?");
    await fireEvent.click(within(removes).getByRole("button", { name: "Remove recipe" }));
    await vi.waitFor(() => expect(screen.queryByRole("tab", { name: /^Your recipes/ })).toBeNull());
    expect(tiles().length).toBeGreaterThan(20);
  });

  it("fills the form from a lab's exported settings, and says what is different here", async () => {
    open();
    await link("Exasol AI-Lab");
    await fireEvent.click(screen.getByRole("button", { name: "Import a lab" }));
    expect(await screen.findByText("2 things are different here")).toBeInTheDocument();
    expect(screen.getByText(/The folder C:.* is a Windows path/)).toBeInTheDocument();
    expect(await screen.findByRole("textbox", { name: "Name" })).toHaveValue("AI-Lab 2");
  });

  it("leaves everything as it is where the file's dialog was closed", async () => {
    const backend = open();
    vi.spyOn(backend, "openRecipe").mockResolvedValue(null);
    vi.spyOn(backend, "importLab").mockResolvedValue(null);
    await link("Exasol AI-Lab");
    await fireEvent.click(screen.getByRole("button", { name: "Open a recipe file" }));
    await fireEvent.click(screen.getByRole("button", { name: "Import a lab" }));
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(router.route.page).toBe("new");
  });
});

describe("a lab's page", () => {
  beforeEach(() => router.go("lab", "ai-lab", undefined, "replace"));

  it("takes a new name; what is wrong with it stands at the field, and what was typed stays", async () => {
    open();
    await screen.findByRole("heading", { level: 1, name: "AI-Lab" });
    await press("F2", document.body);
    const asks = await dialog("Rename AI-Lab");
    const field = within(asks).getByRole("textbox", { name: "New name" });
    await fireEvent.input(field, { target: { value: "Eskapade" } });
    await fireEvent.click(within(asks).getByRole("button", { name: "Rename" }));
    expect(await within(asks).findByText(/Another lab is called Eskapade/)).toBeInTheDocument();
    expect(field).toHaveValue("Eskapade");
    expect(field).toHaveAttribute("aria-invalid", "true");
    await fireEvent.input(field, { target: { value: "Harbour" } });
    await fireEvent.click(within(asks).getByRole("button", { name: "Rename" }));
    await screen.findByRole("heading", { level: 1, name: "Harbour" });
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("shows its command in each form, and what to know before it is used", async () => {
    open();
    await choose("More actions for AI-Lab", "Show as a command");
    const shows = await dialog("AI-Lab as a command");
    await within(shows).findByText(/--publish 127\.0\.0\.1:8888:49494 \\/);
    expect(within(shows).getByText(/Set JUPYTER_PASSWORD in your shell/)).toBeInTheDocument();
    const bash = within(shows).getByRole("tab", { name: "bash" });
    await press("ArrowRight", bash);
    expect(within(shows).getByText(/49494 `/)).toBeInTheDocument();
    await press("End", document.activeElement ?? bash);
    expect(within(shows).getByRole("tabpanel", { name: "compose" })).toHaveTextContent("services:");
  });

  it("becomes a recipe that stands among one's own", async () => {
    const backend = open();
    const save = vi.spyOn(backend, "saveRecipe");
    await choose("More actions for AI-Lab", "Save as a recipe");
    const asks = await dialog("Save as a recipe");
    await fireEvent.input(within(asks).getByRole("textbox", { name: "Name" }), {
      target: { value: " Churn lab " },
    });
    await fireEvent.click(within(asks).getByRole("button", { name: "Save recipe" }));
    await vi.waitFor(() =>
      expect(save).toHaveBeenCalledWith("ai-lab", { name: "Churn lab", summary: "", category: "exasol" }),
    );
    router.go("new", null, undefined, "replace");
    await link("Churn lab");
  });

  it("says how a program reaches a lab without a page", async () => {
    router.go("lab", "postgres", undefined, "replace");
    open("database");
    const block = await screen.findByRole("region", { name: "Connect from a program" });
    for (const part of ["Host", "Port", "User", "Database", "Password"])
      expect(within(block).getByRole("button", { name: `Copy: ${part}` })).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: /^Open in browser/ })).toBeNull();
    expect(block).not.toHaveTextContent("ailab");
  });

  it("puts the focus on what one wants next after it was started", async () => {
    router.go("labs", null, undefined, "replace");
    open();
    const start = await screen.findByRole("button", { name: "Start Data science sandbox" });
    start.focus();
    await fireEvent.click(start);
    const opens = await screen.findByRole(
      "button",
      { name: "Open in browser: Data science sandbox" },
      { timeout: 5000 },
    );
    await vi.waitFor(() => expect(document.activeElement).toBe(opens));
  });
});

describe("containers", () => {
  it("of somebody else's become labs, once one knows what stays", async () => {
    router.go("containers", null, undefined, "replace");
    const backend = open();
    const adopt = vi.spyOn(backend, "adoptContainer");
    await fireEvent.click(await screen.findByRole("button", { name: "Make funny_rabbit a lab" }));
    const asks = await dialog("Make funny_rabbit a lab?");
    await within(asks).findByText(/stay as they are/);
    expect(adopt).not.toHaveBeenCalled();
    await fireEvent.click(within(asks).getByRole("button", { name: "Make this a lab" }));
    await screen.findByRole("heading", { level: 1, name: "funny_rabbit" });
    expect(router.route.page).toBe("lab");
  });
});
