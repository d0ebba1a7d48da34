/* What a lab's card says, worked out from the lab alone, so that every state can be tested without a page. */

import type { PillState } from "$kit";
import { duration, durationShort, moment, size } from "$lib/format";
import { m } from "$m";
import type { LabCard, LabWarning, LaunchProgress, LaunchStep, Problem } from "../../ipc/bindings";

/** There is an address that a browser can open. */
export const hasPage = (lab: LabCard): boolean => lab.connection === null && lab.addresses.length > 0;

/** Its page asks for a password that Slipway does not know, so it is typed there. */
export const asksThere = (lab: LabCard): boolean =>
  lab.signIn === "password" && !lab.hasPassword && lab.state === "running" && hasPage(lab);

/** Who can reach its page, and what that asks them for as far as its server has said. */
export function reachLine(lab: LabCard): string {
  const who = lab.addresses[0]?.reachWords;
  if (!who) return "";
  if (lab.signIn === "open" && lab.state === "running") return m.lab_reach_open({ who });
  return asksThere(lab) ? m.lab_reach_password({ who }) : who;
}

/** A program without a page that did its work. */
export const isFinished = (lab: LabCard): boolean =>
  lab.launch?.outcome.kind === "finished" && lab.state !== "running" && lab.state !== "starting";

export interface LabPill {
  state: PillState;
  label: string;
}

export function pillOf(lab: LabCard): LabPill {
  if (lab.intent === "stop") return { state: "stopping", label: m.lab_stopping() };
  if (lab.intent === "delete") return { state: "stopping", label: m.lab_deleting() };
  if (lab.intent === "start" || lab.intent === "restart")
    return { state: "starting", label: m.lab_starting() };
  if (isFinished(lab)) return { state: "stopped", label: m.lab_finished() };
  switch (lab.state) {
    case "launching": {
      const outcome = lab.launch?.outcome.kind;
      if (outcome === "failed") return { state: "problem", label: m.lab_needs_you() };
      if (outcome === "cancelling" || outcome === "cancelled")
        return { state: "stopping", label: m.lab_cancelling() };
      return {
        state: "starting",
        label: currentStep(lab.launch)?.kind === "download" ? m.lab_downloading() : m.lab_starting(),
      };
    }
    case "starting":
      return { state: "starting", label: m.lab_starting() };
    case "running":
      return { state: "running", label: m.lab_running() };
    case "stopped":
      return { state: "stopped", label: m.lab_stopped() };
    case "paused":
      return { state: "paused", label: m.lab_paused() };
    case "problem":
      return { state: "problem", label: m.lab_needs_you() };
    case "missing":
      return { state: "problem", label: m.lab_missing() };
    case "saved":
      return { state: "stopped", label: m.lab_saved() };
  }
}

export type LabBody =
  | { kind: "figures" }
  | { kind: "launch"; progress: LaunchProgress }
  | { kind: "problem"; problem: Problem }
  | { kind: "note"; lines: readonly string[] };

/** The middle of the card. `failure` is what was asked for last and did not work. */
export function bodyOf(lab: LabCard, failure: Problem | undefined, now: Date): LabBody {
  if (failure) return { kind: "problem", problem: failure };
  if (lab.launch?.outcome.kind === "failed") return { kind: "problem", problem: lab.launch.outcome.problem };
  if (isFinished(lab)) return { kind: "note", lines: [m.lab_finished_note(), keptLine(lab)] };
  if (lab.state === "launching" && lab.launch) return { kind: "launch", progress: lab.launch };
  if (lab.problem) return { kind: "problem", problem: lab.problem };
  if (lab.state === "running") return { kind: "figures" };
  if (lab.state === "starting")
    return {
      kind: "note",
      lines: [m.lab_waits({ what: (lab.answers || lab.name).replace(/^The /, "the ") })],
    };
  if (lab.state === "paused") return { kind: "note", lines: [m.lab_paused_note()] };
  if (lab.state === "missing") return { kind: "note", lines: [m.lab_missing_note(), keptLine(lab)] };
  const stopped = lab.stopped
    ? m.lab_stopped_when({ when: moment(new Date(lab.stopped), now) })
    : m.lab_not_started();
  return { kind: "note", lines: [stopped, keptLine(lab)] };
}

/** Docker made the name up: 64 digits that nobody knows. */
export const isNameless = (volume: string): boolean => /^[0-9a-f]{64}$/.test(volume);

/** Where the work is, as a sentence. */
export function keptLine(lab: LabCard): string {
  if (lab.kept === "volume")
    return isNameless(lab.keptIn) ? m.lab_kept_nameless() : m.lab_kept_volume({ name: lab.keptIn });
  if (lab.kept === "folder") return m.lab_kept_folder({ path: lab.keptIn });
  return m.lab_kept_nothing();
}

export function uptime(lab: LabCard, now: Date): { short: string; long: string } | null {
  if (lab.state !== "running" || !lab.started) return null;
  const seconds = (now.getTime() - lab.started) / 1000;
  if (seconds < 60) return { short: m.lab_up_now(), long: m.lab_up_now_long() };
  return {
    short: m.lab_up({ time: durationShort(seconds) }),
    long: m.lab_up_long({ time: duration(seconds) }),
  };
}

export function currentStep(progress: LaunchProgress | null): LaunchStep | undefined {
  return progress?.steps.find((step) => step.state === "now" || step.state === "bad");
}

const DANGERS: ReadonlySet<LabWarning["kind"]> = new Set([
  "controlsDocker",
  "privileged",
  "hostRoot",
  "openWithoutPassword",
]);

/** Others could take over the machine or the lab, as against: something to know. */
export const isDanger = (warning: LabWarning): boolean => DANGERS.has(warning.kind);

export interface LaunchLine {
  title: string;
  /** How far all steps are together, 0 to 1. */
  share: number;
  /** "1.29 of 1.94 GB", or how long the step takes already. */
  aside: string;
  ticks: readonly { label: string; state: "done" | "now" | "todo" }[];
  /** For screen readers: "step 4 of 5". */
  label: string;
}

const TICKS: Partial<Record<LaunchStep["kind"], () => string>> = {
  download: m.step_download,
  prepare: m.step_prepare,
  create: m.step_create,
  start: m.step_start,
  answer: m.step_answer,
  open: m.step_open,
};

/** A launch in the space of a card. */
export function launchLine(progress: LaunchProgress, now: Date): LaunchLine {
  const { steps, pull } = progress;
  const shown = steps.filter((step) => step.state !== "skipped");
  const step = currentStep(progress);
  const done = shown.filter((one) => one.state === "done").length;
  const downloading = step?.kind === "download" && pull && pull.total > 0;
  const part = downloading ? pull.done / pull.total : step ? 0.4 : 0;
  const seconds = step?.started ? Math.max(0, (now.getTime() - step.started) / 1000) : null;
  return {
    title:
      progress.outcome.kind === "cancelling"
        ? m.lab_cancelling()
        : (step?.title ?? shown.at(-1)?.title ?? ""),
    share: shown.length > 0 ? Math.min(1, (done + part) / shown.length) : 0,
    aside:
      downloading && pull.totalKnown
        ? `${Math.floor(part * 100)}%`
        : downloading
          ? size(pull.done)
          : seconds === null
            ? ""
            : duration(seconds),
    ticks: shown.flatMap((one) => {
      const label = TICKS[one.kind]?.();
      const state = one.state === "done" ? "done" : one === step ? "now" : "todo";
      return label ? [{ label, state } as const] : [];
    }),
    label: m.lab_launch_label({
      name: progress.name,
      step: Math.min(done + 1, shown.length),
      steps: shown.length,
    }),
  };
}

export const LAB_TABS = ["overview", "logs", "terminal", "changes", "usage", "settings"] as const;
export type LabTab = (typeof LAB_TABS)[number];

/** The part of a lab that an address names; the first one where it names none that there is. */
export const tabOf = (wanted: string | undefined, there: readonly LabTab[]): LabTab =>
  there.find((tab) => tab === wanted) ?? "overview";
