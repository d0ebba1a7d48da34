import { describe, expect, it } from "vitest";
import type { RecipeTile } from "../../ipc/bindings";
import { facts, images } from "../../ipc/demo/sample-engine";
import { recipes } from "../../ipc/demo/sample-labs";
import * as view from "./gallery-view";
import { beginsSearch, neighbour } from "./tile-keys";

const tile = (part: Partial<RecipeTile> = {}): RecipeTile => {
  const [first] = recipes;
  if (!first) throw new Error("there is a sample recipe");
  return { ...first, ...part };
};
const ids = (tiles: readonly RecipeTile[]) => tiles.map((one) => one.id);

describe("the search", () => {
  it("wants every word, in any order", () => {
    expect(ids(view.matchingRecipes(recipes, "spark jupyter r"))).toEqual([
      "docker-stacks",
      "all-spark-notebook",
    ]);
    expect(view.matchingRecipes(recipes, "")).toHaveLength(recipes.length);
  });
  it("looks at names, images, keywords and the name of the category", () => {
    const found = (search: string) => ids(view.matchingRecipes(recipes, search));
    expect(found("AI-LAB")).toEqual(["ai-lab"]);
    expect(found("rocker/tidyverse")).toEqual(["tidyverse"]);
    expect(found("psql")).toEqual(["postgres"]);
    expect(found("databases")).toEqual(["postgres", "mysql"]);
  });
  it("keeps the order of the catalogue", () => {
    const found = ids(view.matchingRecipes(recipes, "jupyter"));
    expect(found).toEqual(ids(recipes).filter((id) => found.includes(id)));
  });
  it.each([
    ["jupyter/scipy-notebook", true],
    ["localhost:5000/lab:1", true],
    ["python", true],
    ["https://hub.docker.com/r/a/b", false],
    ["two words", false],
    ["", false],
  ])("takes %s for an image: %s", (text, image) => expect(view.looksLikeImage(text)).toBe(image));
  it("lists only images without a recipe, newest first", () => {
    const own = view.ownImages(images, recipes, "");
    expect(own.flatMap((one) => one.tags)).not.toContain("exasol/ai-lab:6.0.0");
    const made = own.map((one) => one.created);
    expect(made).toEqual([...made].sort((one, two) => two - one));
    expect(view.ownImages(images, recipes, "no such image")).toEqual([]);
  });
});

describe("the shelves", () => {
  const mine = tile({ id: "mine", own: true, category: "databases" });
  it("put a person's own first, and no recipe on two of them", () => {
    const shelves = view.shelves([...recipes, mine]);
    expect(shelves.map((shelf) => shelf.choice)).toEqual([
      "own",
      "exasol",
      "notebooks",
      "statistics",
      "machineLearning",
      "databases",
      "apps",
    ]);
    const all = shelves.flatMap((shelf) => ids(shelf.tiles));
    expect(all).toHaveLength(recipes.length + 1);
    expect(new Set(all).size).toBe(all.length);
  });
  it("leave out what has nothing", () => {
    expect(view.shelves([mine]).map((shelf) => shelf.title)).toEqual(["Your recipes"]);
    expect(view.shelves([])).toEqual([]);
  });
  it("are counted, and one's own only where there are some", () => {
    const tabs = view.tabs(recipes, 5, false);
    expect(tabs.map((tab) => tab.choice)).not.toContain("own");
    expect(tabs[0]?.count).toBe(recipes.length);
    expect(tabs.at(-1)).toEqual({ choice: "images", label: "Your images", count: 5 });
    expect(view.tabs([mine], 0, true).find((tab) => tab.choice === "own")?.count).toBe(1);
    expect(view.tabs([mine], 0, true).find((tab) => tab.choice === "databases")?.count).toBe(1);
  });
});

describe("whether a recipe runs here", () => {
  it("is not said before the engine has said what it is", () => {
    expect(view.fitOf(tile(), false)).toEqual([]);
    expect(view.fitOf(tile({ willNotRun: "No." }), false)).toEqual([]);
  });
  it("is said in a sentence; what keeps it from running goes before what only slows it", () => {
    expect(view.fitOf(tile(), true)).toEqual([{ tone: "ok", text: "Runs here" }]);
    const cautions = [
      "Wants 8 GB of memory; this computer has 4 GB.",
      "Runs without a graphics card, but slower.",
    ];
    expect(view.fitOf(tile({ cautions }), true).map((fit) => fit.tone)).toEqual(["warn", "warn"]);
    expect(view.fitOf(tile({ cautions, willNotRun: "Needs an Intel or AMD processor." }), true)).toEqual([
      { tone: "danger", text: "Needs an Intel or AMD processor." },
    ]);
  });
  it("counts memory as machines are sold with it", () => {
    expect(view.memoryOf(2 ** 31).replaceAll("\u00a0", " ")).toBe("2 GB");
    expect(view.memoryOf(1.5 * 2 ** 30).replaceAll("\u00a0", " ")).toBe("1.5 GB");
    expect(view.memoryOf(2 ** 29).replaceAll("\u00a0", " ")).toBe("512 MB");
  });
  it("is beside what the engine's machine is", () => {
    const machine = view.machineLine({ ...facts, architecture: "arm64", gpu: true, diskFree: null });
    expect(machine).toEqual({ processor: "ARM, 64-bit", free: null, gpu: "NVIDIA GPU" });
    expect(view.machineLine({ ...facts, architecture: "riscv64" }).processor).toBe("riscv64");
  });
});

describe("the arrow keys", () => {
  const row = (top: number, lefts: readonly number[]) =>
    lefts.map((left) => ({ left, top, right: left + 90, bottom: top + 50 }));
  /** Three, then one alone, then two under another heading. */
  const boxes = [...row(0, [0, 100, 200]), ...row(60, [0]), ...row(200, [0, 100])];
  it.each([
    ["ArrowRight", 0, 1],
    ["ArrowRight", 2, 3],
    ["ArrowLeft", 3, 2],
    ["ArrowLeft", 0, null],
    ["ArrowRight", 5, null],
    ["ArrowDown", 0, 3],
    ["ArrowDown", 2, 3],
    ["ArrowDown", 3, 4],
    ["ArrowUp", 5, 3],
    ["ArrowUp", 1, null],
    ["Enter", 1, null],
  ])("%s from %i leads to %s", (key, from, to) => expect(neighbour(key, boxes, from)).toBe(to));
  it("lead nowhere from nothing", () => expect(neighbour("ArrowDown", [], 0)).toBeNull());
});

describe("typing on the page", () => {
  const press = (key: string, more: KeyboardEventInit = {}, on: Element = document.body) => {
    const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
    on.dispatchEvent(event);
    return beginsSearch(event);
  };
  it("searches, with letters and numbers of any script", () => {
    expect(["s", "ö", "7", "я"].map((key) => press(key))).toEqual([true, true, true, true]);
  });
  it("leaves other keys and shortcuts alone", () => {
    expect([" ", "/", "?", "Enter", "F2"].map((key) => press(key))).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
    expect(press("n", { ctrlKey: true })).toBe(false);
  });
  it("leaves fields, menus and dialogs alone", () => {
    for (const name of ["input", "textarea", "select", "dialog"]) {
      const element = document.body.appendChild(document.createElement(name));
      expect(press("s", {}, element)).toBe(false);
      element.remove();
    }
  });
});
