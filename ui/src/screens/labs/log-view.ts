/* How one log line is drawn: whether it warns or fails, and where the search hits. */

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

/** The line cut at what was searched for, ignoring case. */
export function hits(text: string, search: string): LogPiece[] {
  if (!search) return [{ text, hit: false }];
  const pieces: LogPiece[] = [];
  const lower = text.toLocaleLowerCase();
  const wanted = search.toLocaleLowerCase();
  // Letters whose small form has another length would shift the cut: then nothing is marked.
  if (lower.length !== text.length) return [{ text, hit: false }];
  let from = 0;
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, from)) {
    if (at > from) pieces.push({ text: text.slice(from, at), hit: false });
    pieces.push({ text: text.slice(at, at + wanted.length), hit: true });
    from = at + wanted.length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from), hit: false });
  return pieces;
}
