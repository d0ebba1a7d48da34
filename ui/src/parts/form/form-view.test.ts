import { describe, expect, it } from "vitest";
import type { FieldNote, FormCheck, LaunchForm, SupportRow } from "../../ipc/bindings";
import { form as sampleForm } from "../../ipc/demo/sample-labs";
import {
  commandLines,
  commandText,
  imageOptions,
  imageSuggestions,
  isWrong,
  notesAt,
  portChecked,
  signInWords,
  splitReference,
  supportRows,
  titleAndText,
  usualShell,
  versionHint,
  versionSuggestions,
  volumeSuggestions,
} from "./form-view";

const note = (field: string, level: FieldNote["level"], message = level): FieldNote => ({
  field,
  level,
  message,
  fix: null,
});
const check = (...notes: FieldNote[]): FormCheck => ({
  notes,
  review: [],
  command: null,
  risks: null,
  gate: null,
  outlook: "",
  needsDownload: false,
  downloadSize: null,
});
const levels = (notes: FieldNote[]) => notes.map((one) => one.level);

describe("notes at a field", () => {
  it("come the gravest first, and only those of the field", () => {
    const all = check(
      note("name", "note"),
      note("name", "error"),
      note("image", "danger"),
      note("name", "warning"),
    );
    expect(levels(notesAt(all, "name"))).toEqual(["error", "warning", "note"]);
    expect(isWrong(notesAt(all, "name"))).toBe(true);
    expect(isWrong(notesAt(all, "image"))).toBe(false);
  });

  it("say that all is well only where nothing else is said", () => {
    const all = check(note("ports.0.host", "good"), note("ports.0.host", "warning"), note("name", "good"));
    expect(levels(notesAt(all, "ports.0.host"))).toEqual(["warning"]);
    expect(levels(notesAt(all, "name"))).toEqual(["good"]);
    expect(notesAt(null, "name")).toEqual([]);
  });

  it("split a message into a title and the rest", () => {
    expect(titleAndText("Anyone can open this lab. They need the password.")).toEqual({
      title: "Anyone can open this lab",
      text: "They need the password.",
    });
    expect(titleAndText("Everything is lost.")).toEqual({ title: "Everything is lost", text: "" });
    expect(titleAndText("Address 10.0.0.1 is open")).toEqual({ title: "Address 10.0.0.1 is open", text: "" });
  });

  it("are old once the port or the address was changed", () => {
    const before = sampleForm();
    const typed: LaunchForm = { ...before, ports: before.ports.map((row) => ({ ...row, host: "88" })) };
    expect(portChecked(before, before, 0)).toBe(true);
    expect(portChecked(typed, before, 0)).toBe(false);
    expect(portChecked({ ...before, listenIp: "0.0.0.0" }, before, 0)).toBe(false);
    expect(portChecked(before, null, 0)).toBe(false);
  });
});

describe("an image that is typed", () => {
  it.each([
    ["exasol/ai-lab", "exasol/ai-lab", null],
    ["exasol/ai-lab:6.0.0", "exasol/ai-lab", "6.0.0"],
    [" localhost:5000/me/lab ", "localhost:5000/me/lab", null],
    ["localhost:5000/me/lab:2", "localhost:5000/me/lab", "2"],
    ["me/lab@sha256:abc", "me/lab", "sha256:abc"],
    ["me/lab:", "me/lab", null],
    ["", "", null],
    [":x", ":x", null],
  ])("%j is %j in version %j", (typed, image, version) => {
    expect(splitReference(typed)).toEqual({ image, version });
  });

  it("is offered by name, each once, in order", () => {
    const names = imageSuggestions(["b/lab:2", "a:1", "b/lab:1"]).map((one) => one.value);
    expect(names).toEqual(["a", "b/lab"]);
  });

  it("is always one of the choices", () => {
    expect(imageOptions(null, "x").map((one) => one.value)).toEqual(["x"]);
  });
});

describe("versions and volumes", () => {
  const list = {
    choices: [
      { tag: "6.0.0", here: true, remark: "Newest" },
      { tag: "5.0.0", here: false, remark: "" },
    ],
    incomplete: "Docker Hub cannot be reached.",
  };

  it("carry their remark and whether they are here", () => {
    expect(versionSuggestions(list).map((one) => one.detail)).toEqual(["Newest, on this computer", ""]);
    expect(versionSuggestions(null)).toEqual([]);
  });

  it("say what the chosen version means, and what the list leaves out", () => {
    const old = sampleForm({ version: "5.0.0" });
    expect(versionHint(sampleForm(), list, null)).toBe(
      "Version 6.0.0 is already on this computer. Docker Hub cannot be reached.",
    );
    expect(versionHint(old, list, { ...check(), needsDownload: true })).toContain("will be downloaded first");
    expect(versionHint(old, null, null)).toContain("Asking for the versions");
  });

  it("name who uses a volume", () => {
    const [used, free] = volumeSuggestions([
      { name: "my-vol", usedBy: ["AI-Lab", "Jupyter"], inUse: true, madeBy: null },
      { name: "old", usedBy: [], inUse: false, madeBy: null },
    ]);
    expect(used?.detail).toBe("used by AI-Lab, Jupyter");
    expect(free?.detail).toBe("not used");
  });
});

describe("sign-in", () => {
  const frame = {
    kind: "password" as const,
    imagePassword: "ailab",
    ownPossible: false,
    made: false,
    user: null,
    opensSignedIn: true,
    keyring: true,
    keyringMessage: null,
  };

  it("shows the image's password, and that no other one can be set", () => {
    const words = signInWords(frame);
    expect(words.password).toBe("ailab");
    expect(words.text).toBe("Slipway signs you in. This version takes no other one.");
  });

  it("has words for every kind", () => {
    const titles = (["open", "unknown", "token", "password"] as const).map(
      (kind) => signInWords({ ...frame, kind }).title,
    );
    expect(titles).toEqual(["No sign-in", "Sign-in", "Token", "Password"]);
    expect(signInWords({ ...frame, imagePassword: null }).password).toBeNull();
  });
});

describe("the equivalent command", () => {
  const command = {
    bash: [
      "docker run --detach",
      "--publish 127.0.0.1:8888:49494",
      "--volume my-vol:/root/notebooks",
      "exasol/ai-lab:1.0.0",
    ],
    powershell: ["docker run --detach", "--name 'a b'", "exasol/ai-lab:1.0.0"],
    followedBy: null,
  };
  const text = (shell: "bash" | "powershell") =>
    commandLines(command, shell).map((line) => line.map((piece) => piece.text).join(""));

  it("shows exactly what is copied", () => {
    expect(text("bash").join("\n")).toBe(commandText(command, "bash"));
    expect(text("powershell").join("\n")).toBe(commandText(command, "powershell"));
    expect(commandText(command, "bash")).toBe(
      "docker run --detach \\\n  --publish 127.0.0.1:8888:49494 \\\n  --volume my-vol:/root/notebooks \\\n  exasol/ai-lab:1.0.0",
    );
    expect(commandText(command, "powershell")).toContain(" `\n");
  });

  it("colours program, values and numbers, and lets a volume wrap at its folder", () => {
    const [first, publish, volume] = commandLines(command, "bash");
    expect(first?.[0]).toEqual({ text: "docker run", kind: "program" });
    expect(publish?.find((piece) => piece.kind === "number")?.text).toBe("127.0.0.1:8888:49494");
    expect(volume?.filter((piece) => piece.kind === "value").map((piece) => piece.text)).toEqual([
      "my-vol:",
      "/root/notebooks",
    ]);
  });

  it("shows and copies what has to follow", () => {
    const eskapade = {
      ...command,
      followedBy: {
        bash: "docker exec --detach lab bash -lic 'x'",
        powershell: "docker exec lab",
        note: "First …",
      },
    };
    for (const shell of ["bash", "powershell"] as const) {
      const lines = commandLines(eskapade, shell);
      expect(lines.map((line) => line.map((piece) => piece.text).join("")).join("\n")).toBe(
        commandText(eskapade, shell),
      );
      expect(lines.at(-1)?.[0]).toEqual({ text: "docker exec", kind: "program" });
    }
    expect(commandText(eskapade, "bash")).toBe(
      `${commandText(command, "bash")}\n\ndocker exec --detach lab bash -lic 'x'`,
    );
  });

  it("begins with the shell of the system", () => {
    expect(usualShell("Win32")).toBe("powershell");
    expect(usualShell("MacIntel")).toBe("bash");
    expect(usualShell("Linux x86_64")).toBe("bash");
  });
});

describe("the support table", () => {
  const row = (setup: string, current = false): SupportRow => ({
    setup,
    current,
    withoutDockerFeatures: "supported",
    withDockerFeatures: "supported",
    withoutWords: "",
    withWords: "",
  });

  it("shows this computer's row first, the others on request", () => {
    const rows = [row("a"), row("b", true), row("c")];
    expect(supportRows(rows, false).map((one) => one.setup)).toEqual(["b"]);
    expect(supportRows(rows, true).map((one) => one.setup)).toEqual(["b", "a", "c"]);
    expect(supportRows([row("a")], false)).toEqual([]);
  });
});
