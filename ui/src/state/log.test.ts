import { describe, expect, it, vi } from "vitest";
import type { Backend, Receive } from "../ipc/backend";
import type { LogPage, LogQuery, LogState } from "../ipc/bindings";
import { demo } from "../ipc/demo";
import { Log } from "./log.svelte";

/** A log of numbered lines of which the oldest may be gone. */
function sample(first: number, end: number) {
  const questions: LogQuery[] = [];
  let tell: Receive<LogState> = () => undefined;
  const read = async (query: LogQuery): Promise<LogPage> => {
    questions.push(query);
    const all = Array.from({ length: end - first }, (_, at) => ({
      number: first + at,
      stream: "stdout" as const,
      time: null,
      text: `line ${first + at}`,
      cut: false,
    }));
    const rows = query.search ? all.filter((line) => line.text.includes(query.search ?? "")) : all;
    const start = query.search ? (query.start ?? 0) : Math.max(0, (query.start ?? 0) - first);
    return {
      lines: rows.slice(start, start + (query.count ?? 0)),
      state: { first, end, ended: false },
      matches: rows.length,
    };
  };
  const backend: Backend = {
    ...demo(),
    openLog: async (_container, _lab, receive) => {
      tell = receive;
      queueMicrotask(() => receive({ number: 1, payload: { first, end, ended: false } }));
      return { acknowledge: () => undefined, position: async () => 1, close: () => undefined, read };
    },
  };
  return { backend, questions, tell: (message: Parameters<Receive<LogState>>[0]) => tell(message) };
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
    expect(log.page.lines[0]?.text).toBe("line 4840");
    expect(questions.every((one) => (one.count ?? 0) <= 1000)).toBe(true);
  });

  it("counts rows from the oldest line that is kept", async () => {
    const { backend } = sample(300, 1300);
    const log = new Log(backend, "container", null);
    log.show(0, 40);
    log.start();
    await vi.waitFor(() => expect(log.loaded).toBe(true));
    expect(log.count).toBe(1000);
    expect(log.page).toMatchObject({ from: 0 });
    expect(log.page.lines[0]?.number).toBe(300);
  });

  it("searches there and shows how many lines match", async () => {
    const { backend } = sample(0, 1000);
    const log = new Log(backend, "container", null);
    log.show(0, 40);
    log.start();
    await vi.waitFor(() => expect(log.loaded).toBe(true));
    log.find("line 99");
    await vi.waitFor(() => expect(log.count).toBe(11));
    expect(log.page.lines[0]?.text).toBe("line 99");
  });
});
