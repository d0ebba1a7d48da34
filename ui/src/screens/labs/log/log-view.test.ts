import { describe, expect, it } from "vitest";
import { cutAt, levelOf, momentOf, spanOf } from "./log-view";

describe("a log line's level", () => {
  it.each([
    ["[E 2026-11-20 14:02:11 ServerApp] Could not open", "e"],
    ["pyexasol ExaConnectionFailedError: Could not connect", "e"],
    ["Traceback (most recent call last):", "e"],
    ["CRITICAL: out of memory", "e"],
    ["[W 14:02 ServerApp] The notebook server is running as root", "w"],
    ["UserWarning: deprecated", "w"],
    ["WARN spark: slow", "w"],
    ["0 errors, 3 files", null],
    ["Finished without errors", null],
    ["[I 14:02 ServerApp] 302 GET /lab", null],
    ["saved forewarned.ipynb", null],
  ] as const)("%s is %s", (text, level) => expect(levelOf(text)).toBe(level));
});

describe("search hits", () => {
  const marked = (text: string, ...hits: [number, number][]) =>
    cutAt(
      text,
      hits.map(([from, to]) => ({ from, to })),
    )
      .map((piece) => (piece.hit ? `[${piece.text}]` : piece.text))
      .join("");
  it("are cut out, and the text stays whole", () => {
    expect(marked("User Login and login", [5, 10], [15, 20])).toBe("User [Login] and [login]");
    expect(marked("all")).toBe("all");
    expect(marked("")).toBe("");
  });
  it("never go beyond the text", () => {
    expect(marked("short", [3, 9])).toBe("short");
    expect(marked("twice", [0, 3], [1, 4])).toBe("[twi]ce");
  });
});

describe("from when on a log is read", () => {
  const now = Date.parse("2026-11-21T12:00:00Z");
  it("is counted back from now", () => {
    expect(spanOf("latest", now, {})).toEqual({ since: null, until: null });
    expect(spanOf("hour", now, {}).since).toBe(now - 3_600_000);
    expect(spanOf("all", now, {}).since).toBe(1);
    expect(spanOf("between", now, { since: 5, until: 9 })).toEqual({ since: 5, until: 9 });
  });
  it("may be typed", () => {
    expect(momentOf("")).toBeNull();
    expect(momentOf("nonsense")).toBeNull();
    expect(momentOf("2026-11-21T13:30")).toBe(new Date(2026, 10, 21, 13, 30).getTime());
  });
});
