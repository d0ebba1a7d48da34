import { describe, expect, it } from "vitest";
import type { CommandPart, PastedCommand } from "../../ipc/bindings";
import { carried, gateWords, meaningAt, statusWords, stretches } from "./paste-view";

const part = (start: number, end: number, of: Partial<CommandPart> = {}): CommandPart => ({
  start,
  end,
  kind: "name",
  meaning: 0,
  variables: [],
  ...of,
});
/** The part that covers this piece of the text. */
function over(text: string, piece: string, of: Partial<CommandPart> = {}): CommandPart {
  const start = text.indexOf(piece);
  if (start < 0) throw new Error(`${piece} is not in it`);
  return part(start, start + piece.length, of);
}
const read = (of: Partial<PastedCommand>): PastedCommand => ({
  shell: null,
  parts: [],
  meanings: [],
  variables: [],
  notTaken: [],
  form: null,
  secrets: {},
  problem: null,
  ...of,
});

describe("the coloured copy", () => {
  it("is the text, whatever the parts are", () => {
    const text = "docker run --rm x";
    for (const parts of [
      [],
      [part(0, 6)],
      [part(7, 99), part(-3, 2)],
      [part(11, 15), part(13, 17), part(5, 5), part(9, 7)],
      [
        part(11, 15, {
          variables: [
            [0, 30],
            [12, 13],
          ],
        }),
      ],
    ])
      expect(
        stretches(text, parts)
          .map((one) => one.text)
          .join(""),
      ).toBe(text);
  });

  it("counts as a text area does, also behind an emoji", () => {
    const text = "🚢🧑‍🔬 docker run --name lab x";
    const found = stretches(text, [over(text, "--name lab")]);
    expect(found.find((one) => one.part === 0)?.text).toBe("--name lab");
  });

  it("shows a variable within its part, and where the part begins and ends", () => {
    const text = "run --name a-$V-b x";
    const whole = over(text, "--name a-$V-b");
    const variable = over(text, "$V");
    const found = stretches(text, [{ ...whole, variables: [[variable.start, variable.end]] }]);
    expect(found.map(({ text, variable, first, last }) => [text, variable, first, last])).toEqual([
      ["run ", false, false, false],
      ["--name a-", false, true, false],
      ["$V", true, false, false],
      ["-b", false, false, true],
      [" x", false, false, false],
    ]);
  });

  it("copes with a very long command", () => {
    const flags = Array.from({ length: 4000 }, (_, at) => `--env NAME_${at}=value_${at}`);
    const text = `docker run ${flags.join(" ")} image`;
    expect(text.length).toBeGreaterThan(100_000);
    let at = "docker run ".length;
    const parts = flags.map((flag, index) => {
      const one = part(at, at + flag.length, { meaning: index });
      at += flag.length + 1;
      return one;
    });
    const found = stretches(text, parts);
    expect(found.map((one) => one.text).join("")).toBe(text);
    expect(found.filter((one) => one.part !== null).map((one) => one.text)).toEqual(flags);
  });
});

describe("parts that were read before the last key", () => {
  const before = "docker run --rm --name lab x";
  const parts = [over(before, "--rm"), over(before, "--name lab"), over(before, " x", { meaning: 2 })];

  it("stay before what was typed, and move behind it", () => {
    const now = "docker run --rm -it --name lab x";
    expect(carried(parts, before, now).map((one) => now.slice(one.start, one.end))).toEqual([
      "--rm",
      "--name lab",
      " x",
    ]);
  });

  it("are left out where they were changed", () => {
    const now = "docker run --rm --name my lab x";
    expect(carried(parts, before, now).map((one) => now.slice(one.start, one.end))).toEqual(["--rm", " x"]);
  });

  it("take their variables along", () => {
    const old = "run -v $V:/d x";
    const now = "run 🚢 -v $V:/d x";
    const [moved] = carried([{ ...over(old, "-v $V:/d"), variables: [[7, 9]] }], old, now);
    const [from, to] = moved?.variables[0] ?? [0, 0];
    expect(now.slice(from, to)).toBe("$V");
  });

  it("survive nothing where all is new", () => {
    expect(carried(parts, before, "")).toEqual([]);
    expect(carried(parts, before, before)).toBe(parts);
  });
});

it("a place in the text has the meaning of its part", () => {
  const parts = [part(0, 4, { meaning: 3 }), part(5, 9, { meaning: null })];
  expect([0, 3, 4, 5].map((place) => meaningAt(parts, place))).toEqual([3, 3, null, null]);
});

describe("what is said of a command", () => {
  const meaning = { kind: "image" as const, lead: "Starts x.", detail: "" };
  const variable = { name: "V", usedFor: "version" as const, value: "", choices: [], error: null };

  it("is one line of counts", () => {
    const command = read({
      parts: [part(0, 1)],
      meanings: [meaning, meaning],
      variables: [variable],
      notTaken: [{ text: "--x", why: "" }],
    });
    expect(statusWords(command)).toBe("2 parts understood, 1 not, 1 value to fill");
    expect(statusWords(read({}))).toBe("");
    expect(statusWords(null)).toBe("");
  });

  it("is why it cannot be used, or nothing", () => {
    expect(gateWords(null, "  ")).toBe("Paste a command first.");
    expect(gateWords(null, "docker run x")).toBe("Reading the command…");
    expect(gateWords(read({ variables: [variable] }), "x")).toBe("Fill in the values that are marked first.");
    expect(gateWords(read({}), "x")).toBe("What is in the way stands above.");
    expect(gateWords(read({ form: {} as PastedCommand["form"] }), "x")).toBe("");
  });
});
