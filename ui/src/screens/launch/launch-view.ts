/* A launch as the page shows it: steps, the download in numbers and bars, and what is said aloud and when. Pure, so
   that "at each quarter" and "finished layers fold into one line" can be tested. */
import type { PillState, Step } from "$kit";
import { duration, percent, size, sizeOf, sizeParts } from "$lib/format";
import { m } from "$m";
import type { LaunchForm, LaunchProgress, LaunchStep, LayerProgress, PullProgress } from "../../ipc/bindings";

const shownSteps = (progress: LaunchProgress): LaunchStep[] =>
  progress.steps.filter((step) => step.state !== "skipped");

export function stepsOf(progress: LaunchProgress): Step[] {
  const over = progress.outcome.kind === "cancelled";
  return shownSteps(progress).map((step) => ({
    id: step.kind,
    title: step.title,
    state: step.state === "skipped" || (over && step.state === "now") ? "todo" : step.state,
    note: step.aside || null,
  }));
}

export const currentStep = (progress: LaunchProgress): LaunchStep | undefined =>
  progress.steps.find((step) => step.state === "now" || step.state === "bad");

/** The place of the current step among those shown, from 1 on. */
export function placeOf(progress: LaunchProgress): { step: number; steps: number } {
  const shown = shownSteps(progress);
  const at = shown.findIndex((step) => step.state === "now" || step.state === "bad");
  return { step: at < 0 ? shown.length : at + 1, steps: shown.length };
}

export function pillOf(progress: LaunchProgress): { state: PillState; label: string } {
  switch (progress.outcome.kind) {
    case "ready":
      return { state: "running", label: m.launch_running() };
    case "changed":
      return progress.outcome.running
        ? { state: "running", label: m.launch_running() }
        : { state: "stopped", label: m.launch_changed() };
    case "failed":
      return { state: "problem", label: m.launch_needs_you() };
    case "cancelling":
      return { state: "stopping", label: m.launch_cancelling() };
    case "cancelled":
      return { state: "stopped", label: m.launch_cancelled() };
    case "finished":
      return { state: "stopped", label: m.launch_finished() };
    case "running": {
      const kind = currentStep(progress)?.kind;
      const label =
        kind === "check"
          ? m.launch_checking()
          : kind === "download"
            ? m.launch_downloading()
            : kind === "prepare"
              ? m.launch_preparing()
              : progress.change
                ? m.launch_changing()
                : m.launch_starting();
      return { state: "starting", label };
    }
  }
}

export function titleOf(progress: LaunchProgress): string {
  const { kind } = progress.outcome;
  if (kind === "ready" || kind === "finished" || kind === "changed" || kind === "cancelled")
    return progress.name;
  return (progress.change ? m.launch_changing_title : m.launch_title)({ name: progress.name });
}

export function subOf(progress: LaunchProgress): string {
  switch (progress.outcome.kind) {
    case "ready": {
      const seconds = secondsTaken(progress.steps);
      return seconds === null ? m.launch_ready() : m.launch_took({ time: duration(seconds) });
    }
    case "finished": {
      const seconds = secondsTaken(progress.steps);
      return seconds === null ? m.launch_finished() : m.launch_finished_in({ time: duration(seconds) });
    }
    case "changed": {
      const seconds = secondsTaken(progress.steps);
      return seconds === null ? m.launch_changed() : m.launch_changed_in({ time: duration(seconds) });
    }
    case "failed":
      return m.launch_stopped_at(placeOf(progress));
    case "cancelled":
      return m.launch_cancelled_sub();
    default:
      return progress.change ? m.launch_change_leave() : m.launch_leave();
  }
}

/** From the first step's start to the last one's end. */
export function secondsTaken(steps: readonly LaunchStep[]): number | null {
  const starts = steps.flatMap((step) => step.started ?? []);
  const ends = steps.flatMap((step) => step.ended ?? []);
  if (starts.length === 0 || ends.length === 0) return null;
  return Math.max(0, (Math.max(...ends) - Math.min(...starts)) / 1000);
}

/** Where the work is kept, in the words of the done page. */
export function keptWords(form: LaunchForm): string {
  switch (form.storage.kind) {
    case "volume":
      return m.launch_done_volume({ name: form.storage.volume });
    case "folder":
      return m.launch_done_folder({ name: form.storage.folder });
    case "nothing":
      return m.launch_done_nothing();
  }
}

/** The image was fetched just now, so the next start is faster. */
export const wasDownloaded = (progress: LaunchProgress): boolean =>
  progress.steps.some((step) => step.kind === "download" && step.state === "done");

/* ------------------------------------------------------------------ download */

export interface LayerBar {
  id: string;
  look: "done" | "unpack" | "down" | "wait";
  /** How wide it is beside the others. */
  weight: number;
  /** How much of it is filled, 0 to 1. */
  share: number;
}
export type LayerRow =
  | { kind: "sum"; id: string; tone: "done" | "wait"; text: string; note: string }
  | { kind: "layer"; id: string; look: LayerBar["look"]; word: string; share: number; note: string };

export interface PullView {
  done: string;
  of: string;
  speed: string;
  left: string;
  layers: string;
  share: number;
  bar: LayerBar[];
  rows: LayerRow[];
  /** The value of the bar in words. */
  said: string;
}

/** Layers of one kind in a row are drawn one by one up to this many, else as one line. */
const ONE_BY_ONE = 2;
/** Width of a layer whose size is not known yet. */
const UNKNOWN = 4_000_000;

export function pullView(pull: PullProgress): PullView {
  const fetched = pull.layers.filter((layer) => layer.state !== "present");
  const finished = fetched.filter((layer) => layer.state === "done").length;
  return {
    done: precise(pull.done, pull.total).value,
    of: (pull.totalKnown ? m.launch_pull_of : m.launch_pull_of_least)({ whole: preciseSize(pull.total) }),
    speed:
      pull.speed === null ? m.launch_pull_unknown() : m.launch_pull_speed_value({ size: size(pull.speed) }),
    left: timeLeft(pull),
    layers: m.launch_pull_layers_value({ done: finished, count: fetched.length }),
    share: shareOf(pull),
    bar: fetched.map((layer) => ({
      id: layer.id,
      look: lookOf(layer),
      weight: layer.total ?? Math.max(layer.done, UNKNOWN),
      share: filled(layer),
    })),
    rows: rowsOf(pull.layers),
    said: saidOf(pull),
  };
}

/** The big number keeps moving, so it has two decimals from GB up: "1.29 of 1.94 GB". */
function precise(bytes: number, like: number): { value: string; unit: string } {
  const parts = sizeParts(bytes, like);
  return parts.unit === "GB" ? { ...parts, value: (bytes / 1e9).toFixed(2) } : parts;
}
function preciseSize(bytes: number): string {
  const { value, unit } = precise(bytes, bytes);
  return `${value}\u00a0${unit}`;
}

function shareOf(pull: PullProgress): number {
  return pull.total > 0 ? Math.min(1, pull.done / pull.total) : 0;
}

function timeLeft(pull: PullProgress): string {
  if (pull.totalKnown && pull.total > 0 && pull.done >= pull.total) return m.launch_pull_unpacking();
  return pull.secondsLeft === null || !pull.totalKnown
    ? m.launch_pull_unknown()
    : m.launch_pull_left_value({ time: duration(pull.secondsLeft) });
}

function lookOf(layer: LayerProgress): LayerBar["look"] {
  switch (layer.state) {
    case "done":
    case "present":
      return "done";
    case "unpacking":
      return "unpack";
    case "waiting":
      return "wait";
    default:
      return "down";
  }
}

function filled(layer: LayerProgress): number {
  if (layer.state === "waiting") return 0;
  if (layer.state !== "downloading") return 1;
  return layer.total ? Math.min(1, layer.done / layer.total) : 0;
}

function rowsOf(layers: readonly LayerProgress[]): LayerRow[] {
  const of = (state: LayerProgress["state"]) => layers.filter((layer) => layer.state === state);
  const present = of("present");
  const done = of("done");
  const downloaded = of("downloaded");
  const waiting = of("waiting");
  const rows: LayerRow[] = [];
  if (present.length > 0)
    rows.push(sum("present", "done", m.launch_layers_present({ count: present.length }), present));
  if (done.length > 0) rows.push(sum("done", "done", m.launch_layers_done({ count: done.length }), done));
  rows.push(...of("unpacking").map(rowOf), ...of("downloading").map(rowOf));
  if (downloaded.length > ONE_BY_ONE)
    rows.push(
      sum("downloaded", "wait", m.launch_layers_downloaded({ count: downloaded.length }), downloaded),
    );
  else rows.push(...downloaded.map(rowOf));
  if (waiting.length > ONE_BY_ONE)
    rows.push(sum("waiting", "wait", m.launch_layers_waiting({ count: waiting.length }), waiting));
  else rows.push(...waiting.map(rowOf));
  return rows;
}

function sum(id: string, tone: "done" | "wait", text: string, layers: readonly LayerProgress[]): LayerRow {
  const bytes = layers.reduce((total, layer) => total + (layer.total ?? layer.done), 0);
  return { kind: "sum", id, tone, text, note: bytes > 0 ? size(bytes) : "" };
}

const WORDS: Record<LayerProgress["state"], () => string> = {
  waiting: m.launch_layer_waiting,
  downloading: m.launch_layer_downloading,
  downloaded: m.launch_layer_downloaded,
  unpacking: m.launch_layer_unpacking,
  done: m.launch_layer_downloaded,
  present: m.launch_layer_downloaded,
};

function rowOf(layer: LayerProgress): LayerRow {
  const unpacked = layer.state === "unpacking" ? layer.unpackedPercent : null;
  return {
    kind: "layer",
    id: layer.id,
    look: lookOf(layer),
    word: WORDS[layer.state](),
    share: unpacked === null ? filled(layer) : unpacked / 100,
    note: unpacked === null ? layerNote(layer) : percent(unpacked / 100),
  };
}

function layerNote(layer: LayerProgress): string {
  if (layer.state === "downloading") return layer.total ? sizeOf(layer.done, layer.total) : size(layer.done);
  return layer.total ? size(layer.total) : "";
}

/* ---------------------------------------------------------------- said aloud */

const UNITS: Record<string, () => string> = {
  bytes: m.launch_unit_bytes,
  kB: m.launch_unit_kilobytes,
  MB: m.launch_unit_megabytes,
  GB: m.launch_unit_gigabytes,
  TB: m.launch_unit_terabytes,
};

/** "1.3 of 1.9 gigabytes downloaded, about 27 seconds left" */
function saidOf(pull: PullProgress): string {
  const whole = precise(pull.total, pull.total);
  const unit = UNITS[whole.unit]?.() ?? whole.unit;
  const parts = { done: precise(pull.done, pull.total).value, whole: `${whole.value} ${unit}` };
  const left = pull.totalKnown ? pull.secondsLeft : null;
  return left === null || left <= 0
    ? m.launch_pull_said(parts)
    : m.launch_pull_said_left({ ...parts, time: spokenTime(left) });
}

function spokenTime(seconds: number): string {
  if (seconds < 90) return m.launch_said_seconds({ count: Math.round(seconds) });
  return m.launch_said_minutes({ count: Math.round(seconds / 60) });
}

/** What is worth saying now; said again only when `key` changes: with each step, and at each quarter of a download. */
export function saying(progress: LaunchProgress): { key: string; text: string } {
  const { outcome, pull } = progress;
  if (outcome.kind === "ready") return { key: "ready", text: m.launch_said_done({ name: progress.name }) };
  if (outcome.kind === "finished")
    return { key: "finished", text: m.launch_finished_title({ name: progress.name }) };
  if (outcome.kind === "changed")
    return { key: "changed", text: m.launch_changed_title({ name: progress.name }) };
  if (outcome.kind === "cancelled")
    return {
      key: "cancelled",
      text: progress.change ? m.launch_change_cancelled_title() : m.launch_cancelled_title(),
    };
  if (outcome.kind === "cancelling") return { key: "cancelling", text: m.launch_cancelling() };
  // The failure is an alert of its own.
  if (outcome.kind === "failed") return { key: "failed", text: "" };
  const step = currentStep(progress);
  if (!step) return { key: "", text: "" };
  const title = m.launch_said_step({ ...placeOf(progress), title: step.title });
  if (step.kind !== "download" || !pull || !pull.totalKnown) {
    const slow = progress.waiting?.slow ?? false;
    return slow
      ? { key: `${step.kind} slow`, text: m.launch_waiting_slow() }
      : { key: step.kind, text: title };
  }
  const quarter = Math.floor(shareOf(pull) * 4);
  return quarter === 0 ? { key: step.kind, text: title } : { key: `quarter ${quarter}`, text: saidOf(pull) };
}
