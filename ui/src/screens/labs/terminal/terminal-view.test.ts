import { describe, expect, it } from "vitest";
import { deletes, endOf, opensAsLink, pastedText } from "./terminal-view";

describe("links of a terminal", () => {
  it("are web addresses and nothing else", () => {
    expect(opensAsLink("https://example.org/a?b#c")).toBe(true);
    expect(opensAsLink("http://127.0.0.1:8888/lab")).toBe(true);
    for (const other of [
      "file:///etc/passwd",
      "javascript:alert(1)",
      "vscode://x",
      "http://bank.example@evil.example/",
      "not an address",
    ])
      expect(opensAsLink(other), other).toBe(false);
  });
});

describe("a pasted text", () => {
  it("of one line waits for Enter", () => {
    expect(pastedText("ls -l\n")).toEqual({ text: "ls -l", lines: ["ls -l"] });
    expect(pastedText("")).toEqual({ text: "", lines: [""] });
  });
  it("of several lines keeps them", () => {
    const pasted = pastedText("cd work\r\nls\r\n");
    expect(pasted.lines).toEqual(["cd work", "ls"]);
    expect(pasted.text).toBe("cd work\nls\n");
  });
  it("types nothing that cannot be seen", () => {
    expect(pastedText("a\u001b[201~\u0003b\u009bc\td").text).toBe("a[201~bc\td");
  });
  it("says which lines delete", () => {
    for (const line of [
      "rm -rf ./cache",
      "sudo rm x",
      "git clean -fd",
      "DROP TABLE sales;",
      "pip uninstall dask",
    ])
      expect(deletes(line), line).toBe(true);
    for (const line of ["python prepare.py --all", "echo firm", "pip install dask", "ls alarm "])
      expect(deletes(line), line).toBe(false);
  });
});

describe("the end of a terminal", () => {
  it("is said in a sentence", () => {
    expect(endOf("shell", { kind: "exited", code: 0 })).toBe("This terminal has ended.");
    expect(endOf("shell", { kind: "exited", code: 130 })).toContain("130");
    expect(endOf("main", { kind: "exited", code: 1 })).toContain("the lab with it");
    expect(endOf("main", { kind: "detached" })).toContain("goes on");
  });
});
