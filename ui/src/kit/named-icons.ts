/* Icons that data names: recipes carry the name of their icon and the number of their colour. */
import Box from "@lucide/svelte/icons/box";
import Boxes from "@lucide/svelte/icons/boxes";
import ChartSpline from "@lucide/svelte/icons/chart-spline";
import Database from "@lucide/svelte/icons/database";
import Flame from "@lucide/svelte/icons/flame";
import FlaskConical from "@lucide/svelte/icons/flask-conical";
import Folder from "@lucide/svelte/icons/folder";
import Globe from "@lucide/svelte/icons/globe";
import KeyRound from "@lucide/svelte/icons/key-round";
import Layers from "@lucide/svelte/icons/layers";
import Sparkles from "@lucide/svelte/icons/sparkles";
import Waypoints from "@lucide/svelte/icons/waypoints";
import Workflow from "@lucide/svelte/icons/workflow";
import type { Component } from "svelte";
import IconKernel from "./IconKernel.svelte";
import IconR from "./IconR.svelte";

const ICONS: Record<string, Component> = {
  box: Box,
  boxes: Boxes,
  chart: ChartSpline,
  database: Database,
  flame: Flame,
  flask: FlaskConical,
  folder: Folder,
  globe: Globe,
  kernel: IconKernel,
  key: KeyRound,
  layers: Layers,
  r: IconR,
  sparkles: Sparkles,
  waypoints: Waypoints,
  workflow: Workflow,
};

/** The icon of this name; a flask where the name is new to this version. */
export function namedIcon(name: string): Component {
  return ICONS[name] ?? FlaskConical;
}

export type Tint = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;
/** A tile's colour from a number that came as data. */
export function tint(number: number): Tint {
  return number >= 1 && number <= 8 ? (Math.floor(number) as Tint) : 7;
}
