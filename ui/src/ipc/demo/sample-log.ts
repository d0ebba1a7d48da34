/* A sample log of a Jupyter lab: its start, then a line now and then. */
import type { LogFound, LogLine, LogPage, LogPattern, LogQuery, LogState } from "../bindings";
import { MINUTE, started } from "./sample-engine";

const OPENING = [
  "entrypoint.py: copying notebook defaults to /home/jupyter/notebooks, 0 new files, 61 kept",
  "entrypoint.py: starting Jupyter server",
  "ServerApp jupyter_lsp | extension was successfully linked.",
  "ServerApp jupyter_server_terminals | extension was successfully linked.",
  "ServerApp jupyterlab | extension was successfully linked.",
  "WARNING ServerApp The notebook server is running as root, which is not recommended.",
  "LabApp JupyterLab extension loaded from /home/jupyter/jupyterenv/lib/python3.10/site-packages/jupyterlab",
  "ServerApp Serving notebooks from local directory: /home/jupyter/notebooks",
  "ServerApp Jupyter Server 2.12.5 is running at:",
  "ServerApp http://ai-lab:49494/lab?token=••••••••",
];
const WORK = [
  "ServerApp 302 GET / (172.17.0.1) 1.04ms",
  "ServerApp User login from 172.17.0.1",
  "ServerApp Kernel started: 5b1c9e0a-7f2d-4c1e-a0c9-3b8c2d9e77b4",
  "ServerApp Saving file at /churn/churn_model.ipynb",
  "pyexasol Connected to demodb.exasol.com:8563, protocol version 3, login as SYS",
  "ServerApp Starting buffering for 5b1c9e0a-7f2d-4c1e-a0c9-3b8c2d9e77b4",
  "ServerApp Uploading file to /churn/data/customers.csv",
];
const FAILURE = [
  "pyexasol ExaConnectionFailedError: Could not connect to Exasol: [Errno 111] Connection refused (demodb.exasol.com:8563)",
  '  File "/home/jupyter/jupyterenv/lib/python3.10/site-packages/pyexasol/connection.py", line 691, in _init_ws',
  "  dsn=demodb.exasol.com:8563 user=sys password=••••••••",
];

function textAt(at: number): { text: string; stderr: boolean } {
  const opening = OPENING[at];
  if (opening !== undefined) return { text: opening, stderr: opening.startsWith("WARNING") };
  const failing = FAILURE[at % 97];
  if (at % 97 < FAILURE.length && failing) return { text: failing, stderr: true };
  return { text: WORK[at % WORK.length] ?? "", stderr: false };
}

export class SampleLog {
  lines: LogLine[] = [];
  constructor(count: number) {
    for (let at = 0; at < count; at += 1) this.add(started - (count - at) * MINUTE * 0.1);
  }
  add(time: number): void {
    const number = this.lines.length;
    const { text, stderr } = textAt(number);
    this.lines.push({ number, stream: stderr ? "stderr" : "stdout", time, text, cut: false });
  }
  read({ start = 0, count = 1000, search = {}, only = false, longest = 0 }: LogQuery): LogPage {
    const { pattern, fault } = compiled(search);
    const matching = pattern ? this.lines.filter((line) => hitsIn(pattern, line.text).length > 0) : [];
    const rows = (only && pattern ? matching : this.lines).slice(start, start + Math.min(count, 1000));
    const lines = rows.map((line) =>
      longest > 0 && line.text.length > longest ? { ...line, text: line.text.slice(0, longest) } : line,
    );
    return {
      lines,
      hits: lines.map((line) => (pattern ? hitsIn(pattern, line.text) : [])),
      shortened: rows.filter((line) => longest > 0 && line.text.length > longest).map(({ number }) => number),
      state: this.state(),
      matches: matching.length,
      rows: only && pattern ? matching.length : this.lines.length,
      fault,
    };
  }
  find(search: LogPattern, from: number, backwards: boolean): LogFound | null {
    const { pattern } = compiled(search);
    if (!pattern) return null;
    const numbers = this.lines
      .filter((line) => hitsIn(pattern, line.text).length > 0)
      .map(({ number }) => number);
    if (numbers.length === 0) return null;
    const next = backwards
      ? numbers.findLastIndex((number) => number < from)
      : numbers.findIndex((number) => number > from);
    const place = next >= 0 ? next : backwards ? numbers.length - 1 : 0;
    return { number: numbers[place] ?? 0, place, matches: numbers.length };
  }
  state(): LogState {
    return { first: 0, end: this.lines.length, read: this.lines.length, ended: false, broken: false };
  }
}

function compiled(search: LogPattern): { pattern: RegExp | null; fault: string | null } {
  const { text = "", regex = false, matchCase = false } = search;
  if (!text) return { pattern: null, fault: null };
  try {
    const source = regex ? text : text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
    return { pattern: new RegExp(source, matchCase ? "g" : "gi"), fault: null };
  } catch {
    return { pattern: null, fault: "This is not a regular expression yet." };
  }
}

const hitsIn = (pattern: RegExp, text: string) =>
  [...text.matchAll(pattern)]
    .filter(([hit]) => hit.length > 0)
    .map((hit) => ({ from: hit.index, to: hit.index + hit[0].length }));
