import { describe, expect, it, vi } from "vitest";
import type { Backend } from "../ipc/backend";
import type { RecipeTile } from "../ipc/bindings";
import { demo } from "../ipc/demo";
import { recipes } from "../ipc/demo/sample-labs";
import { Recipes } from "./recipes.svelte";

function sample(id: string, part: Partial<RecipeTile>): RecipeTile {
  const tile = recipes.find((one) => one.id === id);
  if (!tile) throw new Error("there is such a sample recipe");
  return { ...tile, ...part };
}
const bare = sample("docker-stacks", { downloadSize: null });
const here = sample("ai-lab", {});
const any = sample("web-app", {});

async function loaded(measureRecipe: Backend["measureRecipe"]) {
  const list = new Recipes({ ...demo(), listRecipes: async () => [bare, here, any], measureRecipe });
  await list.load();
  return list;
}

describe("the size of a recipe", () => {
  it("is asked for once, and only where there is something to download", async () => {
    const measureRecipe = vi.fn(async () => ({ ...bare, downloadSize: 42 }));
    const list = await loaded(measureRecipe);
    for (const id of [bare.id, bare.id, here.id, any.id, "gone"]) await list.measure(id);
    expect(measureRecipe.mock.calls).toEqual([[bare.id]]);
    expect(list.tiles.map((one) => one.downloadSize)).toEqual([42, here.downloadSize, any.downloadSize]);
  });

  it("holds for a list that was read anew meanwhile", async () => {
    let answer: (tile: RecipeTile) => void = () => undefined;
    const list = await loaded(() => new Promise((done) => (answer = done)));
    const measured = list.measure(bare.id);
    await list.load();
    answer({ ...bare, downloadSize: 42 });
    await measured;
    expect(list.tiles[0]?.downloadSize).toBe(42);
  });

  it("is no trouble where it cannot be had", async () => {
    const list = await loaded(() => Promise.reject(new Error("no")));
    await list.measure(bare.id);
    expect(list.problem).toBeNull();
    expect(list.tiles).toHaveLength(3);
  });
});
