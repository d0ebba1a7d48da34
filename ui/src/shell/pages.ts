/* Which screen draws which page. The first screen is in the window's own script; all others are in one more, fetched
   when the first of them is opened: it is read from the program itself, so a script for each would cost more than it
   saves, and reading them all at the start held up the first picture. */
import type { Component } from "svelte";
import type { Page, Route } from "$lib/router.svelte";
import { m } from "$m";
import LabsScreen from "../screens/labs/LabsScreen.svelte";

export type Screen = Component<{ route: Route }>;

/** A screen that needs nothing of its address; Svelte ignores properties that a component does not name. */
export const plain = (screen: Component<Record<string, never>>) => screen as unknown as Screen;

export const PAGE_NAMES: Record<Page, () => string> = {
  labs: m.shell_labs,
  lab: m.shell_lab,
  new: m.shell_new,
  wizard: m.shell_wizard,
  paste: m.paste_title,
  launch: m.shell_launch,
  images: m.shell_images,
  volumes: m.shell_volumes,
  volume: m.shell_volume,
  backups: m.shell_backups,
  compare: m.compare_title,
  containers: m.shell_containers,
  engine: m.shell_engine,
  settings: m.shell_settings,
};

let others: Record<Exclude<Page, "labs">, Screen> | null = null;

/** The page's screen, at once where its script is here; else the promise of it. */
export function screenOf(page: Page): Screen | Promise<Screen> {
  if (page === "labs") return plain(LabsScreen);
  if (others) return others[page];
  return import("./other-screens").then(({ OTHER_SCREENS }) => {
    others = OTHER_SCREENS;
    return OTHER_SCREENS[page];
  });
}

/** A page is drawn anew when this changes; options of the same page do not count, except for the wizard's start. */
export function pageKey(route: Route): string {
  const options =
    route.page === "wizard" || route.page === "volume" || route.page === "compare"
      ? `?${new URLSearchParams(route.options)}`
      : "";
  return `${route.page}/${route.part ?? ""}${options}`;
}
