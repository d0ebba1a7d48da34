import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Backend } from "../ipc/backend";
import type { PastedCommand } from "../ipc/bindings";
import { demo } from "../ipc/demo";
import { PAUSE, Paste } from "./paste.svelte";

const read = (part: Partial<PastedCommand> = {}): PastedCommand => ({
  shell: "posix",
  parts: [],
  meanings: [],
  variables: [],
  notTaken: [],
  form: null,
  secrets: {},
  problem: null,
  ...part,
});
const pasteWith = (readCommand: Backend["readCommand"]) => new Paste({ ...demo(), readCommand });

describe("a pasted command", () => {
  beforeEach(() => {
    vi.useRealTimers();
  });

  it("is read once when the typing pauses, with the answers given so far", async () => {
    vi.useFakeTimers();
    const readCommand = vi.fn<Backend["readCommand"]>(async () => read());
    const paste = pasteWith(readCommand);
    for (const text of ["docker", "docker run", "docker run x:$V"]) {
      paste.text = text;
      vi.advanceTimersByTime(PAUSE - 1);
    }
    expect(readCommand).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(readCommand.mock.lastCall).toEqual(["docker run x:$V", {}]);
    paste.put("V", "2");
    paste.put("V", "2");
    await vi.advanceTimersByTimeAsync(PAUSE);
    expect(readCommand.mock.lastCall).toEqual(["docker run x:$V", { V: "2" }]);
    expect(readCommand).toHaveBeenCalledTimes(2);
  });

  it("drops an answer about an older text", async () => {
    const answers: ((command: PastedCommand) => void)[] = [];
    const paste = pasteWith(() => new Promise((answer) => answers.push(answer)));
    paste.take("docker run old");
    paste.take("docker run new");
    answers[1]?.(read({ meanings: [{ kind: "image", lead: "new", detail: "" }] }));
    answers[0]?.(read({ meanings: [{ kind: "image", lead: "old", detail: "" }] }));
    await paste.now();
    expect(paste.read?.meanings[0]?.lead).toBe("new");
    expect(paste.readText).toBe("docker run new");
    expect(paste.reading).toBe(false);
  });

  it("never waits for the answer: the text is what was typed", () => {
    const paste = pasteWith(() => new Promise(() => undefined));
    paste.take("docker run x");
    paste.text = "docker run xy";
    expect(paste.text).toBe("docker run xy");
  });

  it("asks nothing about an empty text, and forgets the answers with it", async () => {
    const readCommand = vi.fn<Backend["readCommand"]>(async () => read());
    const paste = pasteWith(readCommand);
    paste.take("docker run $X");
    paste.put("X", "one");
    await paste.now();
    paste.clear();
    await paste.now();
    expect(paste.read).toBeNull();
    expect(paste.answer("X")).toBeUndefined();
    expect(readCommand.mock.calls.every(([text]) => text !== "")).toBe(true);
  });

  it("says why it could not be read, and tries again when asked", async () => {
    let fails = true;
    const paste = pasteWith(async () => {
      if (fails) throw new Error("away");
      return read();
    });
    paste.take("docker run x");
    await paste.now();
    expect(paste.problem?.detail).toBe("away");
    fails = false;
    await paste.now();
    expect(paste.problem).toBeNull();
    expect(paste.read).not.toBeNull();
  });
});
