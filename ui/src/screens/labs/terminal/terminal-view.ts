/* What is said of a terminal, and what becomes of a text before it is pasted into one. */
import { m } from "$m";
import type { TerminalEnd, TerminalKind, TerminalRow } from "../../../ipc/bindings";

/** Web addresses only, and none that hides another before an @. */
export function opensAsLink(address: string): boolean {
  try {
    const url = new URL(address);
    return /^https?:$/.test(url.protocol) && url.host !== "" && url.username === "" && url.password === "";
  } catch {
    return false;
  }
}

export const nameOf = (row: TerminalRow): string =>
  row.kind === "main" ? m.term_main_tab() : m.term_shell();
export const whoOf = (row: TerminalRow): string =>
  row.kind === "main" ? "" : [row.shell, row.user].filter(Boolean).join(", ");

/** How a terminal ended, in a sentence. */
export function endOf(kind: TerminalKind, end: TerminalEnd): string {
  switch (end.kind) {
    case "detached":
      return m.term_detached();
    case "lost":
      return m.term_lost();
    case "exited":
      if (kind === "main") return m.term_main_exited();
      return end.code ? m.term_exited_code({ code: end.code }) : m.term_exited();
  }
}

export interface Pasted {
  /** As it is sent, without anything that is no text. */
  text: string;
  lines: readonly string[];
}

/** A text of the clipboard as lines; control characters could type what nobody sees. */
export function pastedText(clipboard: string): Pasted {
  const plain = clipboard
    .replaceAll(/\r\n?/g, "\n")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    .replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "");
  const lines = plain.replace(/\n+$/, "").split("\n");
  // One line waits for Enter; several go as they are.
  return { text: lines.length > 1 ? plain : (lines[0] ?? ""), lines };
}

const DELETES =
  /(^|[\s;|&(`])(rm|rmdir|shred|dd|mkfs(\.\w+)?|truncate|unlink|wipefs)\s|\bgit\s+(clean|reset\s+--hard)|\b(drop|truncate)\s+(table|database|schema)\b|\bdelete\s+from\b|-delete\b|\b(pip3?|conda|mamba|apt(-get)?)\s+(uninstall|remove|purge)\b/i;

/** The line says that something goes. */
export const deletes = (line: string): boolean => DELETES.test(line);
