/* The window's state in one place, given to screens through the component context: `const { labs } = app()`. */
import { createContext } from "svelte";
import type { Backend } from "../ipc/backend";
import { Chosen } from "./compare.svelte";
import { Drafts } from "./drafts.svelte";
import { Dropping } from "./dropping.svelte";
import { ImageSaves } from "./image-saves.svelte";
import { Inventory } from "./inventory.svelte";
import { Jobs } from "./jobs.svelte";
import { Labs } from "./labs.svelte";
import { LogSaves } from "./log-saves.svelte";
import { Paste } from "./paste.svelte";
import { Recipes } from "./recipes.svelte";
import { Unsaved } from "./unsaved.svelte";
import { Usage } from "./usage.svelte";

export interface App {
  backend: Backend;
  /** The first of two files to compare. */
  chosen: Chosen;
  drafts: Drafts;
  dropping: Dropping;
  imageSaves: ImageSaves;
  inventory: Inventory;
  jobs: Jobs;
  labs: Labs;
  logSaves: LogSaves;
  paste: Paste;
  recipes: Recipes;
  unsaved: Unsaved;
  usage: Usage;
}

export function createApp(backend: Backend): App {
  return {
    backend,
    chosen: new Chosen(),
    drafts: new Drafts(backend),
    dropping: new Dropping(backend),
    imageSaves: new ImageSaves(backend),
    inventory: new Inventory(backend),
    jobs: new Jobs(backend),
    labs: new Labs(backend),
    logSaves: new LogSaves(backend),
    paste: new Paste(backend),
    recipes: new Recipes(backend),
    unsaved: new Unsaved(backend),
    usage: new Usage(backend),
  };
}

const [read, give] = createContext<App>();

/** The window's state; call it while a component is set up. */
export const app = read;
/** Gives the state to everything below; called by the shell and by tests. */
export const giveApp = give;
