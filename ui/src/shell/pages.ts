/* Which screen draws which page. The first page comes with the window; the others are fetched when first opened. */
import type { Component } from "svelte";
import type { Page, Route } from "$lib/router.svelte";
import { m } from "$m";
import LabsScreen from "../screens/labs/LabsScreen.svelte";

export interface ScreenModule {
  default: Component<{ route: Route }>;
}
interface PageScreen {
  name: () => string;
  load: () => ScreenModule | Promise<ScreenModule>;
}

/** A screen that needs nothing of its address; Svelte ignores properties that a component does not name. */
const plain = (screen: { default: Component<Record<string, never>> }) => screen as unknown as ScreenModule;
const labs = plain({ default: LabsScreen });

export const PAGE_SCREENS: Record<Page, PageScreen> = {
  labs: { name: m.shell_labs, load: () => labs },
  lab: { name: m.shell_lab, load: () => import("../screens/labs/LabScreen.svelte") },
  new: { name: m.shell_new, load: () => import("../screens/gallery/GalleryScreen.svelte") },
  wizard: { name: m.shell_wizard, load: () => import("../screens/wizard/WizardScreen.svelte") },
  launch: { name: m.shell_launch, load: () => import("../screens/launch/LaunchScreen.svelte") },
  images: { name: m.shell_images, load: () => import("../screens/images/ImagesScreen.svelte") },
  volumes: { name: m.shell_volumes, load: () => import("../screens/volumes/VolumesScreen.svelte") },
  containers: {
    name: m.shell_containers,
    load: () => import("../screens/containers/ContainersScreen.svelte"),
  },
  engine: { name: m.shell_engine, load: () => import("../screens/engine/EngineScreen.svelte").then(plain) },
  settings: {
    name: m.shell_settings,
    load: () => import("../screens/settings/SettingsScreen.svelte").then(plain),
  },
};

/** A page is drawn anew when this changes; options of the same page do not count, except for the wizard's start. */
export function pageKey(route: Route): string {
  const options = route.page === "wizard" ? `?${new URLSearchParams(route.options)}` : "";
  return `${route.page}/${route.part ?? ""}${options}`;
}
