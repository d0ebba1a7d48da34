import { describe, expect, it, vi } from "vitest";
import type { Backend, Receive } from "../ipc/backend";
import type { LogPage, LogQuery, LogState } from "../ipc/bindings";
import { demo } from "../ipc/demo";
import { Log, NOTHING } from "./log.svelte";

/** A log of numbered lines of which the oldest may be gone. */
function sample(first: number, end: number) {
  const questions: LogQuery[] = [];
  let tell: Receive<LogState> = () => undefined;
  const state: LogState = { first, end, read: end, ended: false, broken: false };
  const read = async (query: LogQuery): Promise<LogPage> => {
    questions.push(query);
    const all = Array.from({ length: end - first }, (_, at) => ({
      number: first + at,
      stream: "stdout" as const,
      time: null,
      text: `line ${first + at}`,
      cut: false,
    }));
    const sought = query.search?.text ?? "";
    const found = sought ? all.filter((line) => line.text.includes(sought)) : [];
    const only = (query.only ?? false) && sought !== "";
    const start = only ? (query.start ?? 0) : Math.max(0, (query.start ?? 0) - first);
    const lines = (only ? found : all).slice(start, start + (query.count ?? 0));
    return {
      lines,
      hits: lines.map((line) => (sought && line.text.includes(sought) ? [{ from: 0, to: 4 }] : [])),
      shortened: lines.filter((line) => line.number % 100 === 0).map((line) => line.number),
      state,
      matches: found.length,
      rows: only ? found.length : all.length,
      fault: sought === "(" ? "No pattern." : null,
    };
  };
  const backend: Backend = {
    ...demo(),
    openLog: async (_container, _lab, _view, receive) => {
      tell = receive;
      queueMicrotask(() => receive({ number: 1, payload: state }));
      return {
        acknowledge: () => undefined,
        position: async () => 1,
        close: () => undefined,
        read,
        find: async (_pattern, from, backwards) => ({
          number: from + (backwards ? -10 : 10),
          place: 3,
          matches: 11,
        }),
      };
    },
  };
  return { backend, questions, tell: (message: Parameters<Receive<LogState>>[0]) => tell(message) };
}

async function opened(first: number, end: number) {
  const { backend, questions } = sample(first, end);
  const log = new Log(backend, "container", "lab");
  log.show(0, 40);
  log.start();
  await vi.waitFor(() => expect(log.loaded).toBe(true));
  return { log, questions };
}

describe("a log", () => {
  it("asks for the rows on screen, not for all", async () => {
    const { backend, questions } = sample(0, 5000);
    const log = new Log(backend, "container", "lab");
    log.show(4900, 4940);
    log.start();
    await vi.waitFor(() => expect(log.loaded).toBe(true));
    expect(log.count).toBe(5000);
    expect(log.page.from).toBe(4840);
    expect(log.page.rows[0]?.line.text).toBe("line 4840");
    expect(questions.every((one) => (one.count ?? 0) <= 1000 && one.longest === 2000)).toBe(true);
  });

  it("counts rows from the oldest line that is kept", async () => {
    const { log } = await opened(300, 1300);
    expect(log.count).toBe(1000);
    expect(log.page).toMatchObject({ from: 0 });
    expect(log.page.rows[0]).toMatchObject({ line: { number: 300 }, shortened: true });
    expect(log.page.rows[1]).toMatchObject({ shortened: false });
  });

  it("marks what is searched for among all lines", async () => {
    const { log } = await opened(0, 1000);
    log.find({ ...NOTHING, text: "line 99" }, false);
    await vi.waitFor(() => expect(log.matches).toBe(11));
    expect(log.count).toBe(1000);
    expect(log.page.rows[0]?.hits).toEqual([]);
  });

  it("shows just the lines in which it was found, where that is wanted", async () => {
    const { log } = await opened(0, 1000);
    log.find({ ...NOTHING, text: "line 99" }, true);
    await vi.waitFor(() => expect(log.count).toBe(11));
    expect(log.page.rows[0]?.line.text).toBe("line 99");
    expect(log.page.rows[0]?.hits).toEqual([{ from: 0, to: 4 }]);
  });

  it("steps from match to match, and gives the row of each", async () => {
    const { log } = await opened(300, 1300);
    log.find({ ...NOTHING, text: "line" }, false);
    expect(await log.step(false, 299)).toBe(309 - 300);
    expect(log.found).toMatchObject({ number: 309, place: 3 });
    expect(await log.step(false, 299)).toBe(319 - 300);
    expect(await log.step(true, 0)).toBe(309 - 300);
  });

  it("says why a pattern is none", async () => {
    const { log } = await opened(0, 10);
    log.find({ ...NOTHING, text: "(", regex: true }, false);
    await vi.waitFor(() => expect(log.fault).toBe("No pattern."));
  });

  it("is copied from its newest lines backwards, within a bound", async () => {
    const { log, questions } = await opened(0, 20_000);
    const { text, lines } = await log.text();
    expect(lines).toBe(5000);
    expect(text.split("\n")[0]).toBe("line 15000");
    expect(text.endsWith("line 19999")).toBe(true);
    expect(questions.every((one) => (one.count ?? 0) <= 1000)).toBe(true);
  });
});
