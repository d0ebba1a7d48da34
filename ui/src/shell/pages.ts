/* Which screen draws which page. All screens are in the window's one script: it is read from the program itself, so
   many small files would cost more than they save. */
import type { Component } from "svelte";
import type { Page, Route } from "$lib/router.svelte";
import { m } from "$m";
import ContainersScreen from "../screens/containers/ContainersScreen.svelte";
import EngineScreen from "../screens/engine/EngineScreen.svelte";
import GalleryScreen from "../screens/gallery/GalleryScreen.svelte";
import ImagesScreen from "../screens/images/ImagesScreen.svelte";
import LabScreen from "../screens/labs/LabScreen.svelte";
import LabsScreen from "../screens/labs/LabsScreen.svelte";
import LaunchScreen from "../screens/launch/LaunchScreen.svelte";
import PasteScreen from "../screens/paste/PasteScreen.svelte";
import SettingsScreen from "../screens/settings/SettingsScreen.svelte";
import VolumesScreen from "../screens/volumes/VolumesScreen.svelte";
import WizardScreen from "../screens/wizard/WizardScreen.svelte";

export type Screen = Component<{ route: Route }>;
interface PageScreen {
  name: () => string;
  screen: Screen;
}

/** A screen that needs nothing of its address; Svelte ignores properties that a component does not name. */
const plain = (screen: Component<Record<string, never>>) => screen as unknown as Screen;

export const PAGE_SCREENS: Record<Page, PageScreen> = {
  labs: { name: m.shell_labs, screen: plain(LabsScreen) },
  lab: { name: m.shell_lab, screen: LabScreen },
  new: { name: m.shell_new, screen: GalleryScreen },
  wizard: { name: m.shell_wizard, screen: WizardScreen },
  paste: { name: m.paste_title, screen: plain(PasteScreen) },
  launch: { name: m.shell_launch, screen: LaunchScreen },
  images: { name: m.shell_images, screen: ImagesScreen },
  volumes: { name: m.shell_volumes, screen: VolumesScreen },
  containers: { name: m.shell_containers, screen: ContainersScreen },
  engine: { name: m.shell_engine, screen: plain(EngineScreen) },
  settings: { name: m.shell_settings, screen: plain(SettingsScreen) },
};

/** A page is drawn anew when this changes; options of the same page do not count, except for the wizard's start. */
export function pageKey(route: Route): string {
  const options = route.page === "wizard" ? `?${new URLSearchParams(route.options)}` : "";
  return `${route.page}/${route.part ?? ""}${options}`;
}
