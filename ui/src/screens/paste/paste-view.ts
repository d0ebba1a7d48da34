/* A pasted command as the page shows it: the text cut where its parts begin and end, what can be said of it in one
   line, and how each kind of part looks. Places are counted in UTF-16 code units, as the text area counts. */

import Clock from "@lucide/svelte/icons/clock";
import Cpu from "@lucide/svelte/icons/cpu";
import Globe from "@lucide/svelte/icons/globe";
import Gpu from "@lucide/svelte/icons/gpu";
import HardDrive from "@lucide/svelte/icons/hard-drive";
import Layers from "@lucide/svelte/icons/layers";
import Play from "@lucide/svelte/icons/play";
import ShieldAlert from "@lucide/svelte/icons/shield-alert";
import SlidersHorizontal from "@lucide/svelte/icons/sliders-horizontal";
import SquareTerminal from "@lucide/svelte/icons/square-terminal";
import Tag from "@lucide/svelte/icons/tag";
import Variable from "@lucide/svelte/icons/variable";
import Waypoints from "@lucide/svelte/icons/waypoints";
import type { Component } from "svelte";
import { m } from "$m";
import type { CommandPart, PartKind, PastedCommand } from "../../ipc/bindings";

export const PART_ICONS: Record<PartKind, Component> = {
  image: Layers,
  name: Tag,
  port: Globe,
  storage: HardDrive,
  variable: Variable,
  limit: Cpu,
  network: Waypoints,
  gpu: Gpu,
  risk: ShieldAlert,
  lifetime: Clock,
  terminal: SquareTerminal,
  program: Play,
  other: SlidersHorizontal,
  notTaken: SlidersHorizontal,
};

/** A stretch of the text that looks alike: plain, or one part, or a variable within one. */
export interface Stretch {
  text: string;
  /** Its part's place in the list; `null` between parts. */
  part: number | null;
  kind: PartKind | null;
  meaning: number | null;
  variable: boolean;
  /** It begins or ends its part, and so has round corners there. */
  first: boolean;
  last: boolean;
}

/** The text from its first to its last character, each once. Parts that overlap or lie outside are cut to fit. */
export function stretches(text: string, parts: readonly CommandPart[]): Stretch[] {
  const found: Stretch[] = [];
  let at = 0;
  const plain = (to: number) => {
    if (to > at)
      found.push({
        text: text.slice(at, to),
        part: null,
        kind: null,
        meaning: null,
        variable: false,
        first: false,
        last: false,
      });
    at = Math.max(at, to);
  };
  const order = parts
    .map((part, index) => ({ part, index }))
    .sort((one, two) => one.part.start - two.part.start);
  for (const { part, index } of order) {
    const start = clamp(part.start, at, text.length);
    const end = clamp(part.end, start, text.length);
    if (end === start) continue;
    plain(start);
    const begins = found.length;
    const push = (to: number, variable: boolean) => {
      if (to <= at) return;
      const { kind, meaning } = part;
      found.push({
        text: text.slice(at, to),
        part: index,
        kind,
        meaning,
        variable,
        first: false,
        last: false,
      });
      at = to;
    };
    for (const [from, to] of [...part.variables].sort((one, two) => one[0] - two[0])) {
      push(clamp(from, at, end), false);
      push(clamp(to, at, end), true);
    }
    push(end, false);
    const first = found[begins];
    const last = found.at(-1);
    if (first) first.first = true;
    if (last) last.last = true;
  }
  plain(text.length);
  return found;
}
const clamp = (value: number, least: number, most: number) => Math.min(Math.max(value, least), most);

/** Parts of an older text, moved to where they stand now: what was typed since has changed one stretch of it, and the
    parts that it touches are left out until they are read again. Where the stretch could lie in several places (a
    dash before a dash), a part stays if one of them leaves it whole. */
export function carried(parts: readonly CommandPart[], before: string, now: string): readonly CommandPart[] {
  if (before === now) return parts;
  const most = Math.min(before.length, now.length);
  let head = 0;
  while (head < most && before.charCodeAt(head) === now.charCodeAt(head)) head += 1;
  let tail = 0;
  while (tail < most && before.charCodeAt(before.length - 1 - tail) === now.charCodeAt(now.length - 1 - tail))
    tail += 1;
  const shift = now.length - before.length;
  return parts.flatMap((part) => {
    if (part.end <= head) return [part];
    if (part.start < before.length - tail) return [];
    return [
      {
        ...part,
        start: part.start + shift,
        end: part.end + shift,
        variables: part.variables.map(([from, to]): [number, number] => [from + shift, to + shift]),
      },
    ];
  });
}

/** The meaning of the part at a place in the text. */
export function meaningAt(parts: readonly CommandPart[], place: number): number | null {
  return parts.find((part) => part.start <= place && place < part.end)?.meaning ?? null;
}

/** "7 parts understood, 2 not, 4 values to fill" */
export function statusWords(read: PastedCommand | null): string {
  if (!read || (read.parts.length === 0 && read.notTaken.length === 0)) return "";
  return [
    m.paste_understood({ count: read.meanings.length }),
    read.notTaken.length > 0 ? m.paste_not({ count: read.notTaken.length }) : "",
    read.variables.length > 0 ? m.paste_values({ count: read.variables.length }) : "",
  ]
    .filter(Boolean)
    .join(", ");
}

/** Why the form cannot be used yet, in a few words; empty where it can. */
export function gateWords(read: PastedCommand | null, text: string): string {
  if (text.trim() === "") return m.paste_gate_empty();
  if (!read) return m.paste_reading();
  if (read.form) return "";
  return read.variables.some((one) => one.error !== null || one.value === "")
    ? m.paste_gate_values()
    : m.paste_gate_problem();
}
