import { describe, expect, it, vi } from "vitest";
import type { Backend, Receive } from "../ipc/backend";
import type { TerminalState } from "../ipc/bindings";
import { demo } from "../ipc/demo";
import { terminalOutput } from "../ipc/inside";
import { TerminalFeed, Terminals } from "./terminals.svelte";

const size = { columns: 80, rows: 24 };

describe("the terminals of a lab", () => {
  it("are opened, shown and closed; the one beside is shown next", async () => {
    const terminals = new Terminals(demo(), "ai-lab");
    await terminals.load();
    expect(terminals.rows).toEqual([]);
    await terminals.open("shell", size);
    await terminals.open("rootShell", size);
    await terminals.open("main", size);
    expect(terminals.rows.map((row) => row.kind)).toEqual(["shell", "rootShell", "main"]);
    expect(terminals.shown?.kind).toBe("main");
    terminals.active = terminals.rows[1]?.id ?? null;
    await terminals.close(terminals.rows[1]?.id ?? 0);
    expect(terminals.shown?.kind).toBe("main");
    await terminals.close(terminals.rows[1]?.id ?? 0);
    expect(terminals.shown?.kind).toBe("shell");
  });

  it("are there again when the page comes back", async () => {
    const backend = demo();
    await new Terminals(backend, "ai-lab").open("shell", size);
    const again = new Terminals(backend, "ai-lab");
    await again.load();
    expect(again.shown?.kind).toBe("shell");
  });

  it("say what stands in the way", async () => {
    const terminals = new Terminals(demo(new URLSearchParams("scenario=no-shell")), "ai-lab");
    await terminals.open("shell", size);
    expect(terminals.problem?.title).toBe("AI-Lab has no shell.");
    expect(terminals.opening).toBe(false);
  });
});

/** A terminal whose output grows when the test says so. */
function growing(start: number) {
  let end = start;
  let tell: Receive<TerminalState> = () => undefined;
  let number = 0;
  const reads: number[] = [];
  const typed: string[] = [];
  const say = () => {
    number += 1;
    tell({ number, payload: { start: 0, end, ended: null } });
  };
  const backend: Backend = {
    ...demo(),
    followTerminal: async (_id, receive) => {
      tell = receive;
      queueMicrotask(say);
      return { acknowledge: () => undefined, position: async () => number, close: () => undefined };
    },
    readTerminal: async (_id, from) => {
      reads.push(from);
      const next = Math.min(end, from + 100);
      return { next, bytes: new Uint8Array(next - from) };
    },
    writeTerminal: async (_id, text) => {
      await new Promise((done) => setTimeout(done, typed.length === 0 ? 5 : 0));
      typed.push(text);
    },
  };
  return {
    backend,
    reads,
    typed,
    grow: (by: number) => {
      end += by;
      say();
    },
  };
}

describe("the output of a terminal", () => {
  it("is read on only when the last piece is drawn", async () => {
    const { backend, reads, grow } = growing(250);
    const drawn: (() => void)[] = [];
    const feed = new TerminalFeed(backend, 1, () => new Promise((done) => drawn.push(done)));
    feed.start();
    await vi.waitFor(() => expect(drawn.length).toBe(1));
    grow(1000);
    grow(1000);
    await new Promise((done) => setTimeout(done, 10));
    expect(reads).toEqual([0]);
    expect(feed.live).toBe(false);
    drawn[0]?.();
    await vi.waitFor(() => expect(reads).toEqual([0, 100]));
  });

  it("is live when all that was there has been drawn", async () => {
    const { backend, grow } = growing(250);
    let seen = 0;
    const feed = new TerminalFeed(backend, 1, async (bytes) => {
      seen += bytes.length;
    });
    feed.start();
    await vi.waitFor(() => expect(feed.live).toBe(true));
    expect(seen).toBe(250);
    grow(30);
    await vi.waitFor(() => expect(seen).toBe(280));
  });

  it("of a new terminal is live at once", async () => {
    const { backend } = growing(0);
    const feed = new TerminalFeed(backend, 1, async () => undefined);
    feed.start();
    await vi.waitFor(() => expect(feed.live).toBe(true));
  });

  it("gets what is typed in its order, also what was typed before it was there", async () => {
    const { backend, typed } = growing(250);
    const feed = new TerminalFeed(backend, 1, async () => undefined);
    for (const letter of "or") feed.write(letter);
    feed.write("\u001b[?1;2c");
    feed.start();
    await vi.waitFor(() => expect(feed.live).toBe(true));
    for (const letter of "der") feed.write(letter);
    await vi.waitFor(() => expect(typed.join("")).toBe("order"));
  });
});

describe("an answer of raw bytes", () => {
  it("says where to read on", () => {
    const answer = new Uint8Array(11);
    new DataView(answer.buffer).setFloat64(0, 5_000_000_000, true);
    answer.set([1, 2, 3], 8);
    expect(terminalOutput(answer.buffer)).toEqual({ next: 5_000_000_000, bytes: new Uint8Array([1, 2, 3]) });
    expect(terminalOutput(new ArrayBuffer(0))).toBeNull();
  });
});
