/* The list of containers: everything on the engine, also what Slipway did not start. */

import type { PillState } from "$kit";
import { byName, duration, moment } from "$lib/format";
import { m } from "$m";
import type { ContainerRow, LabCard, PublishedPort } from "../../ipc/bindings";

export interface ContainerLine {
  row: ContainerRow;
  lab: LabCard | null;
}
export const SHOW = ["all", "running", "stopped", "other"] as const;
export type Show = (typeof SHOW)[number];
export const CONTAINER_SORTS = ["running", "name", "newest"] as const;
export type ContainerSort = (typeof CONTAINER_SORTS)[number];

export function containerLines(
  rows: readonly ContainerRow[],
  labOf: ReadonlyMap<string, LabCard>,
): ContainerLine[] {
  return rows.map((row) => ({ row, lab: labOf.get(row.id) ?? null }));
}

const alive = (row: ContainerRow): boolean =>
  row.state === "running" || row.state === "paused" || row.state === "restarting";

export function isShown(line: ContainerLine, show: Show): boolean {
  if (show === "running") return alive(line.row);
  if (show === "stopped") return !alive(line.row);
  return show === "all" || line.lab === null;
}

export function arrangeContainers(
  lines: readonly ContainerLine[],
  search: string,
  show: Show,
  sort: ContainerSort,
): ContainerLine[] {
  const wanted = search.trim().toLocaleLowerCase();
  const order: Record<ContainerSort, (one: ContainerLine, two: ContainerLine) => number> = {
    running: (one, two) =>
      Number(alive(two.row)) - Number(alive(one.row)) || Number(two.lab !== null) - Number(one.lab !== null),
    name: () => 0,
    newest: (one, two) => two.row.created - one.row.created,
  };
  return lines
    .filter((line) => isShown(line, show))
    .filter((line) => !wanted || searchText(line).includes(wanted))
    .sort((one, two) => order[sort](one, two) || byName(one.row.name, two.row.name));
}

function searchText({ row, lab }: ContainerLine): string {
  const ports = row.ports.map((port) => `${port.hostPort ?? ""} ${port.containerPort}`);
  return [row.name, row.image, row.id.slice(0, 12), lab?.name ?? "", ...ports].join(" ").toLocaleLowerCase();
}

export function pillOf({ row }: ContainerLine): { state: PillState; label: string } {
  switch (row.state) {
    case "running":
      if (row.health === "unhealthy") return { state: "problem", label: m.container_unhealthy() };
      return row.health === "starting"
        ? { state: "starting", label: m.lab_starting() }
        : { state: "running", label: m.lab_running() };
    case "restarting":
      return { state: "starting", label: m.container_restarting() };
    case "paused":
      return { state: "paused", label: m.lab_paused() };
    case "removing":
      return { state: "stopping", label: m.lab_deleting() };
    case "dead":
      return { state: "problem", label: m.container_dead() };
    case "created":
      return { state: "stopped", label: m.container_created() };
    case "exited":
      return { state: "stopped", label: m.lab_stopped() };
    case "unknown":
      return { state: "stopped", label: row.status || m.lab_stopped() };
  }
}

/** Slipway could take it over: it is nobody's lab and not on its way out. */
export const canBeLab = ({ row, lab }: ContainerLine): boolean =>
  lab === null && row.state !== "removing" && row.state !== "dead";

/** Why it ended, where that is worth a word. */
export function ending(row: ContainerRow): string | null {
  if (row.state !== "exited" && row.state !== "dead") return null;
  if (row.outOfMemory) return m.container_out_of_memory();
  return row.exitCode ? m.container_exit_code({ code: row.exitCode }) : null;
}

export function since(row: ContainerRow, now: Date): string {
  if (alive(row) && row.started) return duration((now.getTime() - row.started) / 1000);
  const at = row.finished ?? row.created;
  return moment(new Date(at), now);
}

/** Published ports first, each once however many addresses it listens on. */
export function portLines(
  ports: readonly PublishedPort[],
): { host: number | null; container: number; open: boolean }[] {
  const seen = new Map<string, { host: number | null; container: number; open: boolean }>();
  for (const port of ports) {
    const key = `${port.hostPort ?? ""}:${port.containerPort}/${port.protocol}`;
    const open = port.hostPort !== null && !/^(127\.|::1$)/.test(port.listenIp);
    const before = seen.get(key);
    seen.set(key, {
      host: port.hostPort,
      container: port.containerPort,
      open: open || (before?.open ?? false),
    });
  }
  return [...seen.values()].sort((one, two) => Number(one.host === null) - Number(two.host === null));
}
