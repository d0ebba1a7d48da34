/* How one log line is drawn: whether it warns or fails, and where the search hits. And from when on a log is read. */
import type { LogHit, LogSpan } from "../../../ipc/bindings";

export type LogLevel = "e" | "w" | null;

const ERROR = /(^|[^a-z])(error|critical|fatal|traceback|exception)(?![a-z-])|\[[EC] /i;
const WARNING = /(^|[^a-z])warn(ing)?(?![a-z])|\[W /i;
/** Python's classes: ValueError, UserWarning. */
const ERROR_CLASS = /[a-z](Error|Exception)\b/;
const WARNING_CLASS = /[a-z]Warning\b/;
const HARMLESS = /\b(no|0|without) errors?\b/i;

/** A guess from the words, as people do: labs write no levels in common. */
export function levelOf(text: string): LogLevel {
  const head = text.slice(0, 240);
  if ((ERROR.test(head) || ERROR_CLASS.test(head)) && !HARMLESS.test(head)) return "e";
  return WARNING.test(head) || WARNING_CLASS.test(head) ? "w" : null;
}

export interface LogPiece {
  text: string;
  hit: boolean;
}

/** The line cut at what was found in it. */
export function cutAt(text: string, hits: readonly LogHit[]): LogPiece[] {
  const pieces: LogPiece[] = [];
  let from = 0;
  for (const hit of hits) {
    if (hit.from < from || hit.to > text.length) continue;
    if (hit.from > from) pieces.push({ text: text.slice(from, hit.from), hit: false });
    pieces.push({ text: text.slice(hit.from, hit.to), hit: true });
    from = hit.to;
  }
  if (from < text.length || pieces.length === 0) pieces.push({ text: text.slice(from), hit: false });
  return pieces;
}

export type Reach = "latest" | "quarter" | "hour" | "day" | "all" | "between";
export const REACHES: readonly Reach[] = ["latest", "quarter", "hour", "day", "all", "between"];

const MINUTE = 60_000;
const BACK: Partial<Record<Reach, number>> = { quarter: 15 * MINUTE, hour: 60 * MINUTE, day: 1440 * MINUTE };

/** From when on the log is read; `between` has its own two times. */
export function spanOf(reach: Reach, now: number, between: LogSpan): LogSpan {
  if (reach === "between") return between;
  // The first moment that an engine knows: with it, the log is read from its beginning.
  if (reach === "all") return { since: 1, until: null };
  const back = BACK[reach];
  return { since: back === undefined ? null : now - back, until: null };
}

/** What a field for date and time holds, as local time; `null` where it is empty. */
export function momentOf(typed: string): number | null {
  const time = typed ? new Date(typed).getTime() : Number.NaN;
  return Number.isNaN(time) ? null : time;
}
