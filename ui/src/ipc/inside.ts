/* What may be asked of the inside of a lab, its log and its terminals: one topic of the backend, and its desktop face. */
import { ask, tell } from "./ask";
import type { OpenLog, OpenStream, Receive } from "./backend";
import {
  commands,
  type LogFile,
  type LogState,
  type LogView,
  type LogWish,
  type TerminalRow,
  type TerminalSize,
  type TerminalState,
  type TerminalWish,
} from "./bindings";
import { CommandError } from "./error";
import { hints, open } from "./first";

/** Output of a terminal, and where to read on. */
export interface TerminalOutput {
  next: number;
  bytes: Uint8Array;
}

export interface Inside {
  /** Says how far the log of a container has come; `lab` names whose secrets are masked in it. */
  openLog(container: string, lab: string | null, view: LogView, receive: Receive<LogState>): Promise<OpenLog>;
  /** Writes a log to a file that the person chooses; `null` where the dialog was closed, or it was stopped by `saving`. */
  saveLog(saving: number, wish: LogWish, onlines: (lines: number) => void): Promise<LogFile | null>;
  stopSavingLog(saving: number): Promise<void>;

  /** Open terminals of a lab, ended ones too. */
  listTerminals(lab: string): Promise<TerminalRow[]>;
  openTerminal(lab: string, wish: TerminalWish): Promise<TerminalRow>;
  /** Says how far a terminal is; thrown where it was closed. */
  followTerminal(terminal: number, receive: Receive<TerminalState>): Promise<OpenStream>;
  /** Output from this position on; `null` where the terminal was closed. */
  readTerminal(terminal: number, from: number): Promise<TerminalOutput | null>;
  writeTerminal(terminal: number, text: string): Promise<void>;
  resizeTerminal(terminal: number, size: TerminalSize): Promise<void>;
  /** Closes a terminal, and what runs in it with it. */
  closeTerminal(terminal: number): Promise<void>;
}

const HEAD = 8;

export function terminalOutput(answer: ArrayBuffer): TerminalOutput | null {
  if (answer.byteLength < HEAD) return null;
  return { next: new DataView(answer).getFloat64(0, true), bytes: new Uint8Array(answer, HEAD) };
}

const closed = () =>
  new CommandError({ kind: "gone", title: "", message: "", hint: null, field: null, detail: null });

export const inside: Inside = {
  async openLog(container, lab, view, receive) {
    const stream = await open(receive, (channel) => commands.subscribeLog(container, lab, view, channel));
    return {
      ...stream,
      read: (query) => ask(commands.readLog(stream.id, query)),
      find: (pattern, from, backwards) => ask(commands.findInLog(stream.id, pattern, from, backwards)),
    };
  },
  saveLog: (saving, wish, onlines) => ask(commands.saveLog(saving, wish, hints(onlines))),
  stopSavingLog: (saving) => tell(commands.stopSavingLog(saving)),

  listTerminals: (lab) => ask(commands.listTerminals(lab)),
  openTerminal: (lab, wish) => ask(commands.openTerminal(lab, wish)),
  followTerminal: (terminal, receive) =>
    open(receive, async (channel) => {
      const id = await ask(commands.subscribeTerminal(terminal, channel));
      if (id === null) throw closed();
      return id;
    }),
  readTerminal: async (terminal, from) => terminalOutput(await ask(commands.readTerminal(terminal, from))),
  writeTerminal: (terminal, text) => tell(commands.writeTerminal(terminal, text)),
  resizeTerminal: (terminal, size) => tell(commands.resizeTerminal(terminal, size)),
  closeTerminal: (terminal) => tell(commands.closeTerminal(terminal)),
};
