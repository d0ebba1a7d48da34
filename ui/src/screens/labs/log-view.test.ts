import { describe, expect, it } from "vitest";
import { hits, levelOf } from "./log-view";

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
  const marked = (text: string, search: string) =>
    hits(text, search)
      .map((piece) => (piece.hit ? `[${piece.text}]` : piece.text))
      .join("");
  it("are cut out whatever their case, and the text stays whole", () => {
    expect(marked("User Login and login", "login")).toBe("User [Login] and [login]");
    expect(marked("aaa", "aa")).toBe("[aa]a");
    expect(marked("nothing", "x")).toBe("nothing");
    expect(marked("all", "")).toBe("all");
  });
  it("take no pattern for a pattern", () => {
    expect(marked("a.b (c)", "(c)")).toBe("a.b [(c)]");
  });
  it("never shift a cut where small letters are longer", () => {
    expect(marked("İstanbul", "stan")).toBe("İstanbul");
  });
});
