/* What the Usage tab draws, worked out from the samples alone. */
import { moment, percent, size } from "$lib/format";
import { m } from "$m";
import type { ContainerRow, Usage } from "../../../ipc/bindings";

export interface Point {
  /** Milliseconds since 1970. */
  time: number;
  value: number;
}

/** The first of these is always shown, however short the page has been open. */
export const SPANS = { minute: 60_000, ten: 600_000, hour: 3_600_000 } as const;
export type Span = keyof typeof SPANS;

/** Shares of the whole machine: the engine counts each processor as 100. */
export const cpu = (samples: readonly Usage[], processors: number): Point[] =>
  samples.map(({ time, cpuPercent }) => ({ time, value: cpuPercent / 100 / Math.max(1, processors) }));

export const memory = (samples: readonly Usage[]): Point[] =>
  samples.map(({ time, memory: value }) => ({ time, value }));

/** Bytes in a second, from what was counted since the start; a container that started anew begins at nothing. */
export function rates(samples: readonly Usage[], what: "received" | "sent" | "read" | "written"): Point[] {
  const points: Point[] = [];
  for (let at = 1; at < samples.length; at += 1) {
    const [before, after] = [samples[at - 1], samples[at]];
    if (!before || !after) continue;
    const seconds = (after.time - before.time) / 1000;
    const grown = after[what] - before[what];
    points.push({ time: after.time, value: seconds > 0 && grown > 0 ? grown / seconds : 0 });
  }
  return points;
}

/** A round number at or above the highest value, so that the scale does not jump with every point. */
export function scale(most: number, least: number): number {
  const wanted = Math.max(most, least);
  const step = 10 ** Math.floor(Math.log10(wanted));
  return [1, 2, 5, 10].map((times) => times * step).find((top) => top >= wanted) ?? 10 * step;
}

export const WIDTH = 480;
export const HEIGHT = 132;

/** A line from the right edge back; a gap in time is a gap in the line. */
export function line(points: readonly Point[], from: number, to: number, top: number): string {
  const x = (time: number) => ((time - from) / (to - from)) * WIDTH;
  const y = (value: number) => HEIGHT - Math.min(1, Math.max(0, value / top)) * HEIGHT;
  let path = "";
  let before = Number.NEGATIVE_INFINITY;
  for (const { time, value } of points) {
    if (time < from) continue;
    const gap = time - before > GAP;
    path += `${gap ? "M" : "L"}${x(time).toFixed(1)} ${y(value).toFixed(1)}`;
    before = time;
  }
  return path;
}

/** Samples come each second; more than this between two means that nobody looked. */
const GAP = 8000;

/** What is below a line, piece by piece. */
export const area = (path: string): string =>
  path
    .split("M")
    .filter((piece) => piece.includes("L"))
    .map((piece) => {
      const first = piece.slice(0, piece.indexOf(" "));
      const last = piece.slice(piece.lastIndexOf("L") + 1, piece.lastIndexOf(" "));
      return `M${piece}L${last} ${HEIGHT}L${first} ${HEIGHT}Z`;
    })
    .join("");

/** The highest memory of what is shown, where it came near the limit. */
export function memoryWarning(samples: readonly Usage[], now: Date): { title: string; text: string } | null {
  let highest: Usage | undefined;
  for (const sample of samples) if (!highest || sample.memory > highest.memory) highest = sample;
  if (!highest || highest.memoryLimit <= 0) return null;
  const share = highest.memory / highest.memoryLimit;
  if (share < 0.9) return null;
  return {
    title: m.use_memory_high({ share: percent(share), time: moment(new Date(highest.time), now) }),
    text: m.use_memory_high_text({ used: size(highest.memory), whole: size(highest.memoryLimit) }),
  };
}

/** Out of memory, in plain words; `limit` is what the lab may use, where it was seen. */
export function outOfMemory(
  container: ContainerRow | undefined,
  running: boolean,
  limit: number | null,
): { title: string; text: string } | null {
  if (!container?.outOfMemory) return null;
  return {
    title: running ? m.use_oom_inside() : m.use_oom(),
    text: limit === null ? m.use_oom_text_whole() : m.use_oom_text({ limit: size(limit) }),
  };
}
