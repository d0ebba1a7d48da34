/* Every screen but the first. */
import type { Page } from "$lib/router.svelte";
import BackupsScreen from "../screens/backups/BackupsScreen.svelte";
import CompareScreen from "../screens/compare/CompareScreen.svelte";
import ContainersScreen from "../screens/containers/ContainersScreen.svelte";
import EngineScreen from "../screens/engine/EngineScreen.svelte";
import GalleryScreen from "../screens/gallery/GalleryScreen.svelte";
import ImagesScreen from "../screens/images/ImagesScreen.svelte";
import LabScreen from "../screens/labs/LabScreen.svelte";
import LaunchScreen from "../screens/launch/LaunchScreen.svelte";
import PasteScreen from "../screens/paste/PasteScreen.svelte";
import SettingsScreen from "../screens/settings/SettingsScreen.svelte";
import VolumeScreen from "../screens/volume/VolumeScreen.svelte";
import VolumesScreen from "../screens/volumes/VolumesScreen.svelte";
import WizardScreen from "../screens/wizard/WizardScreen.svelte";
import { plain, type Screen } from "./pages";

export const OTHER_SCREENS: Record<Exclude<Page, "labs">, Screen> = {
  lab: LabScreen,
  new: GalleryScreen,
  wizard: WizardScreen,
  paste: plain(PasteScreen),
  launch: LaunchScreen,
  images: ImagesScreen,
  volumes: VolumesScreen,
  volume: VolumeScreen,
  backups: BackupsScreen,
  compare: CompareScreen,
  containers: ContainersScreen,
  engine: plain(EngineScreen),
  settings: plain(SettingsScreen),
};
