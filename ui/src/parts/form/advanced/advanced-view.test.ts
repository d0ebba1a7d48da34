import { describe, expect, it } from "vitest";
import type { FormCheck, RareKind } from "../../../ipc/bindings";
import { wholeAdvanced } from "../../../ipc/whole";
import {
  gibOf,
  gibText,
  keyringName,
  listOf,
  looksSecret,
  notesBelow,
  RARE,
  rareOption,
  setCount,
  sliderAt,
  variablesIn,
  wholeGib,
  wrongCount,
} from "./advanced-view";

const check = (...fields: [string, "good" | "warning" | "error"][]): FormCheck => ({
  notes: fields.map(([field, level]) => ({ field, level, message: field, fix: null })),
  review: [],
  command: null,
  risks: null,
  gate: null,
  outlook: "",
  needsDownload: false,
  downloadSize: null,
});

describe("what is set under Advanced", () => {
  it("is nothing at first, also where a row was only added", () => {
    expect(setCount(wholeAdvanced({}))).toBe(0);
    expect(setCount(wholeAdvanced({ environment: [{}], mounts: [{}], labels: [{}] }))).toBe(0);
  });

  it("counts each row and each option once", () => {
    const advanced = wholeAdvanced({
      environment: [{ name: "A", value: "1" }, { name: "B", secret: true }, {}],
      mounts: [{ target: "/data" }],
      publishAll: true,
      memory: "2g",
      gpu: { choice: "all", byRuntime: true },
      restart: { choice: "onFailure", retries: "3" },
      network: { name: "analytics", create: true, aliases: ["db"] },
      privileged: true,
      capabilitiesDropped: ["NET_RAW"],
      rare: [{ kind: "init", value: "true" }],
    });
    expect(setCount(advanced)).toBe(12);
  });
});

describe("notes", () => {
  it("stand at their field and at everything above it, but not at a neighbour", () => {
    const said = check(["advanced.mounts.1.target", "error"], ["advanced.mounts.10.target", "error"]);
    expect(notesBelow(said, "advanced.mounts.1").map((note) => note.field)).toEqual([
      "advanced.mounts.1.target",
    ]);
    expect(notesBelow(said, "advanced.mounts")).toHaveLength(2);
    expect(notesBelow(said, "advanced.mount")).toEqual([]);
    expect(notesBelow(null, "advanced")).toEqual([]);
  });

  it("count as wrong where they stop the launch", () => {
    expect(
      wrongCount(check(["advanced.memory", "error"], ["advanced.cpus", "warning"], ["name", "error"])),
    ).toBe(1);
  });
});

describe("sizes", () => {
  it.each([
    ["2g", 2],
    ["512m", 0.5],
    ["1.5 GB", 1.5],
    [" 1073741824b ", 1],
    ["2GiB", 2],
    ["", null],
    ["2", null],
    ["much", null],
    ["-1g", null],
  ])("%j is read as Docker reads it", (text, gib) => {
    expect(gibOf(text)).toBe(gib);
  });

  it("are written so that they read back the same", () => {
    for (const gib of [0.5, 1, 1.5, 8, 15]) expect(gibOf(gibText(gib))).toBe(gib);
  });

  it("leave a slider at its end where there is none, or more than the machine has", () => {
    expect([null, Number.NaN, 0, 12, 3].map((value) => sliderAt(value, 8))).toEqual([8, 8, 8, 8, 3]);
    expect(wholeGib(16_400_000_000)).toBe(15);
  });
});

describe("variables", () => {
  it("come from pasted lines of a file, a shell or a guide", () => {
    expect(variablesIn('A=1\n# why\nexport B="two words"\n\nC_D=x=y\r\n')).toEqual([
      { name: "A", value: "1" },
      { name: "B", value: "two words" },
      { name: "C_D", value: "x=y" },
    ]);
  });

  it("are no variables where one line is something else", () => {
    expect(variablesIn("A=1\nand then")).toBeNull();
    expect(variablesIn("EXASOL_DB_USER")).toBeNull();
    expect(variablesIn("")).toBeNull();
  });

  it.each([
    "MYSQL_ROOT_PASSWORD",
    "DB_PASS",
    "api_token",
    "AWS_SECRET_ACCESS_KEY",
    "OPENAI_API_KEY",
    "PGPASSWORD",
  ])("%s looks secret", (name) => {
    expect(looksSecret(name)).toBe(true);
  });
  it.each([
    "PASSENGERS",
    "KEYBOARD",
    "TOKENIZERS_PARALLELISM",
    "USER",
    "PWD",
    "PASSWORD_FILE",
    "ALLOW_EMPTY_PASSWORD",
  ])("%s does not", (name) => {
    expect(looksSecret(name)).toBe(false);
  });

  it("are locked away in the place that people know", () => {
    expect(keyringName("Win32")).toBe("the Windows Credential Manager");
    expect(keyringName("MacIntel")).toBe("your Mac’s keychain");
    expect(keyringName("Linux x86_64")).toBe("this computer’s keyring");
  });
});

describe("rare options", () => {
  it("each have a flag, a name and a line that says what they are for", () => {
    const kinds = new Set<RareKind>(RARE.map((option) => option.kind));
    expect(kinds.size).toBe(RARE.length);
    for (const option of RARE) {
      expect(option.flag).toMatch(/^--[a-z-]+$/);
      expect(option.name()).not.toBe("");
      expect(option.text()).toMatch(/\.$/);
      expect(rareOption(option.kind)).toBe(option);
    }
  });
});

it("words with commas or blanks between are a list", () => {
  expect(listOf(" SYS_ADMIN,  NET_RAW ,,ALL ")).toEqual(["SYS_ADMIN", "NET_RAW", "ALL"]);
});
