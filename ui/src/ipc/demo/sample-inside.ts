/* The inside of sample labs: a log that grows, and terminals that answer a little. */
import type { LogState, TerminalRow, TerminalState } from "../bindings";
import { CommandError } from "../error";
import type { Inside } from "../inside";
import { Outlet } from "./channel";
import { SampleLog } from "./sample-log";

const PROMPT = "\u001b[1;32mjupyter@ai-lab\u001b[0m:\u001b[1;34m~/notebooks\u001b[0m$ ";
const ANSWERS: Record<string, string> = {
  ls: "\u001b[1;34mchurn\u001b[0m  \u001b[1;34mmodels\u001b[0m  ai_lab.db  customers.csv\r\n",
  "du -sh churn models": "1.1G\tchurn\r\n438M\tmodels\r\n",
  "pip list --outdated | head -4":
    "Package      Version  Latest   Type\r\n------------ -------- -------- -----\r\ndask         2024.5.0 2025.10.0 wheel\r\npyexasol     0.27.0   1.2.0    wheel\r\n\u001b[33m[notice]\u001b[0m See https://pip.pypa.io/ for what is new\r\n",
};

class SampleTerminal {
  output = "";
  ended: TerminalState["ended"] = null;
  outlet = new Outlet<TerminalState>();
  #line = "";

  constructor(readonly row: TerminalRow) {
    if (row.kind !== "main") this.say(PROMPT);
  }
  get bytes(): Uint8Array {
    return new TextEncoder().encode(this.output);
  }
  state(): TerminalState {
    return { start: 0, end: this.bytes.length, ended: this.ended };
  }
  say(text: string): void {
    this.output += text;
    this.outlet.publish(this.state());
  }
  type(text: string): void {
    for (const letter of text) {
      if (letter !== "\r") {
        this.#line += letter;
        this.say(letter);
        continue;
      }
      const line = this.#line.trim();
      this.#line = "";
      if (line === "exit") {
        this.ended = { kind: "exited", code: 0 };
        this.say("\r\nexit\r\n");
      } else this.say(`\r\n${ANSWERS[line] ?? (line && `bash: ${line}: command not found\r\n`)}${PROMPT}`);
    }
  }
}

export function sampleInside(scenario: string): Inside {
  const log = new SampleLog(1267);
  const logs = new Outlet<LogState>();
  const terminals = new Map<number, SampleTerminal>();
  let last = 0;
  return {
    openLog: async (_container, _lab, view, receive) => {
      const { only } = view;
      const shown = only ? new SampleLog(0) : log;
      if (only)
        shown.lines = log
          .read({ search: only, only: true })
          .lines.map((line, number) => ({ ...line, number }));
      const state = (): LogState => ({
        ...shown.state(),
        read: log.lines.length,
        ended: only !== null && only !== undefined,
      });
      const timer = setInterval(() => {
        if (only) return;
        log.add(Date.now());
        logs.publish(state());
      }, 1500);
      const stream = (only ? new Outlet<LogState>() : logs).open(receive, state(), () =>
        clearInterval(timer),
      );
      return {
        ...stream,
        read: async (query) => ({ ...shown.read(query), state: state() }),
        find: async (pattern, from, backwards) => shown.find(pattern, from, backwards),
      };
    },
    saveLog: async (_saving, wish) => ({
      path: `/home/anna/${wish.name}.log`,
      lines: log.lines.length,
      bytes: 98_304,
    }),
    stopSavingLog: async () => undefined,

    listTerminals: async () => [...terminals.values()].map(({ row }) => row),
    openTerminal: async (_lab, wish) => {
      if (scenario === "no-shell")
        throw new CommandError({
          kind: "other",
          title: "AI-Lab has no shell.",
          message: "Its image holds just its own program, so there is nothing to type commands to.",
          hint: "The log shows what its program says; you can also listen to the program itself.",
          field: null,
          detail: null,
        });
      last += 1;
      const main = wish.kind === "main";
      const terminal = new SampleTerminal({
        id: last,
        kind: wish.kind,
        shell: main ? "" : "bash",
        user: main ? "" : wish.kind === "rootShell" ? "root" : "jupyter",
        takesInput: !main,
      });
      terminals.set(last, terminal);
      return terminal.row;
    },
    followTerminal: async (id, receive) => {
      const terminal = terminals.get(id);
      if (!terminal)
        throw new CommandError({
          kind: "gone",
          title: "",
          message: "",
          hint: null,
          field: null,
          detail: null,
        });
      return terminal.outlet.open(receive, terminal.state());
    },
    readTerminal: async (id, from) => {
      const bytes = terminals.get(id)?.bytes;
      return bytes ? { next: bytes.length, bytes: bytes.slice(from) } : null;
    },
    writeTerminal: async (id, text) => terminals.get(id)?.type(text),
    resizeTerminal: async () => undefined,
    closeTerminal: async (id) => void terminals.delete(id),
  };
}
