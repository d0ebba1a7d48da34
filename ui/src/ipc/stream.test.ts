import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { OpenStream, Receive } from "./backend";
import { CommandError } from "./error";
import { SILENCE, Stream } from "./stream.svelte";

interface Side {
  receive: Receive<string>;
  acknowledged: number[];
  position: number | null;
  closed: boolean;
}

/** The other side of a stream, as the test wants it. */
function otherSide() {
  const sides: Side[] = [];
  const failures: unknown[] = [];
  const open = vi.fn(async (receive: Receive<string>): Promise<OpenStream> => {
    if (failures.length > 0) throw failures.shift();
    const side: Side = { receive, acknowledged: [], position: 0, closed: false };
    sides.push(side);
    return {
      acknowledge: (number) => void side.acknowledged.push(number),
      position: async () => side.position,
      close: () => {
        side.closed = true;
      },
    };
  });
  const last = () => {
    const side = sides.at(-1);
    if (!side) throw new Error("not open yet");
    return side;
  };
  return { sides, failures, open, last };
}

describe("a stream", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const settle = () => vi.advanceTimersByTimeAsync(0);

  async function opened(ended?: () => boolean) {
    const side = otherSide();
    const taken: string[] = [];
    const stream = new Stream<string>(side.open, (payload) => taken.push(payload), ended);
    const stop = stream.start();
    await settle();
    return { ...side, taken, stream, stop };
  }

  it("takes messages in order and acknowledges each", async () => {
    const { last, taken } = await opened();
    last().receive({ number: 1, payload: "a" });
    last().receive({ number: 2, payload: "b" });
    expect(taken).toEqual(["a", "b"]);
    expect(last().acknowledged).toEqual([1, 2]);
  });

  it("opens again where a message is missing, and takes nothing from the broken one", async () => {
    const { sides, last, taken } = await opened();
    last().receive({ number: 1, payload: "a" });
    last().receive({ number: 3, payload: "c" });
    await settle();
    expect(sides).toHaveLength(2);
    expect(sides[0]?.closed).toBe(true);
    sides[0]?.receive({ number: 4, payload: "late" });
    last().receive({ number: 1, payload: "whole" });
    expect(taken).toEqual(["a", "whole"]);
  });

  it("finds a lost last message by asking after silence", async () => {
    const { sides, last } = await opened();
    last().receive({ number: 1, payload: "a" });
    last().position = 1;
    await vi.advanceTimersByTimeAsync(SILENCE);
    expect(sides, "nothing was lost").toHaveLength(1);
    last().position = 2;
    await vi.advanceTimersByTimeAsync(4 * SILENCE);
    expect(sides, "the second message never came").toHaveLength(2);
  });

  it("asks a silent stream less and less often, and at once when the window is looked at again", async () => {
    const { last, stream } = await opened();
    const asked = vi.spyOn(stream.handle as OpenStream, "position");
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    expect(asked.mock.calls.length).toBeLessThan(13);
    last().position = 1;
    document.dispatchEvent(new Event("visibilitychange"));
    await settle();
    expect(last().acknowledged).toEqual([]);
    expect(stream.handle, "opened again").not.toBe(asked.mock.instances[0]);
  });

  it("opens again where the other side has ended, unless that is its end", async () => {
    const goesOn = await opened();
    goesOn.last().position = null;
    await vi.advanceTimersByTimeAsync(SILENCE);
    expect(goesOn.sides).toHaveLength(2);

    const done = await opened(() => true);
    done.last().position = null;
    await vi.advanceTimersByTimeAsync(SILENCE * 3);
    expect(done.sides).toHaveLength(1);
    expect(done.sides[0]?.closed).toBe(true);
  });

  it("keeps messages that come before it is told that it is open", async () => {
    const taken: string[] = [];
    const stream = new Stream<string>(
      async (receive) => {
        receive({ number: 1, payload: "early" });
        return { acknowledge: () => undefined, position: async () => 1, close: () => undefined };
      },
      (payload) => taken.push(payload),
    );
    stream.start();
    await settle();
    expect(taken).toEqual(["early"]);
  });

  it("says why it cannot be opened, and tries again later", async () => {
    const side = otherSide();
    const problem = {
      kind: "engineAway" as const,
      title: "Docker is not running.",
      message: "",
      hint: null,
      field: null,
      detail: null,
    };
    side.failures.push(new CommandError(problem));
    const stream = new Stream<string>(side.open, () => undefined);
    stream.start();
    await settle();
    expect(stream.problem).toEqual(problem);
    await vi.advanceTimersByTimeAsync(300);
    expect(stream.problem).toBeNull();
    expect(stream.handle).not.toBeNull();
  });

  it("closes, and stays closed, when nobody needs it", async () => {
    const { sides, last, stop, taken } = await opened();
    stop();
    expect(last().closed).toBe(true);
    last().receive({ number: 1, payload: "late" });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(taken).toEqual([]);
    expect(sides).toHaveLength(1);
  });
});
