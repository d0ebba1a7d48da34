/* Reads pasted commands roughly: enough to show every state of the page. The desktop app has the real reader. */
import type {
  AskedVariable,
  CommandPart,
  Meaning,
  NotTaken,
  PartKind,
  PastedCommand,
  PastedSecrets,
} from "../bindings";
import { wholeForm } from "../whole";
import { newForm } from "./sample-form";

const FLAGS: readonly [RegExp, PartKind, (value: string) => [string, string]][] = [
  [/^--name$/, "name", (value) => [`Is called ${value}.`, ""]],
  [
    /^(-p|--publish)$/,
    "port",
    (value) => ["Opens in the browser,", `port ${value.split(":").pop()} in the lab.`],
  ],
  [
    /^(-v|--volume)$/,
    "storage",
    (value) =>
      value.includes("docker.sock")
        ? ["Lets the lab control Docker,", "through docker.sock."]
        : ["Keeps your work in a volume,", `in the folder ${value.split(":").pop()}.`],
  ],
  [
    /^(-e|--env)$/,
    "variable",
    (value) => [`Sets ${value.split("=")[0]}`, `to ${value.split("=")[1] ?? ""}.`],
  ],
  [/^(-m|--memory|--cpus)$/, "limit", (value) => ["Has a limit", `of ${value}.`]],
  [/^--gpus$/, "gpu", (value) => ["Uses graphics cards:", `${value}.`]],
  [/^(--network|--net)$/, "network", (value) => ["Joins the network", `${value}.`]],
];
const REFUSED: Record<string, string> = {
  "--storage-opt": "Limits the disk. This engine refuses it.",
  "--cgroupns": "Weakens the wall around the lab.",
};
const VARIABLE = /\$\{?([A-Z_][A-Z0-9_]*)\}?/g;

const CHOICES: Record<string, Pick<AskedVariable, "usedFor" | "choices">> = {
  VERSION: {
    usedFor: "version",
    choices: [
      { value: "1.0.0", label: "1.0.0, on this computer" },
      { value: "6.0.0", label: "6.0.0, newest" },
    ],
  },
  VOLUME: {
    usedFor: "volume",
    choices: [
      { value: "my-vol", label: "my-vol, used by AI-Lab" },
      { value: "ai-lab-work", label: "ai-lab-work, new" },
    ],
  },
  LISTEN_IP: {
    usedFor: "listenIp",
    choices: [
      { value: "127.0.0.1", label: "127.0.0.1, only this computer" },
      { value: "0.0.0.0", label: "0.0.0.0, everyone on the network" },
    ],
  },
  PORT: { usedFor: "port", choices: [] },
};

export function readCommand(text: string, answers: Readonly<Record<string, string>>): PastedCommand {
  const read: PastedCommand = {
    shell: "posix",
    parts: [],
    meanings: [],
    variables: [],
    notTaken: [],
    form: null,
    secrets: {},
    problem: null,
  };
  const words = [...text.matchAll(/[^\s\\^`]\S*/g)].map((hit) => ({ start: hit.index, text: hit[0] }));
  const run = words.findIndex((word) => word.text === "run");
  if (run < 0 || !/^(docker|podman)$/.test(words[run - 1]?.text ?? "")) {
    read.problem = {
      kind: "other",
      title: "This is not a docker run command.",
      message: "It begins with docker run, docker create or podman run.",
      hint: null,
      field: null,
      detail: null,
    };
    return read;
  }
  read.variables = variablesOf(text, answers);
  const filled = (value: string) =>
    value.replaceAll(
      VARIABLE,
      (all, name: string) => read.variables.find((one) => one.name === name)?.value || all,
    );
  const secrets: PastedSecrets = { password: null, variables: {} };
  const found: [CommandPart, Meaning | null, NotTaken | null][] = [];
  let image = "";
  for (let at = run + 1; at < words.length && image === ""; at += 1) {
    const word = words[at];
    if (!word) break;
    const [flag = "", inline] = word.text.split("=", 2);
    const kind = FLAGS.find(([name]) => name.test(flag));
    const next = words[at + 1];
    if (kind && (inline !== undefined || next)) {
      const value = inline ?? next?.text ?? "";
      const end =
        inline === undefined && next ? next.start + next.text.length : word.start + word.text.length;
      if (inline === undefined) at += 1;
      const [lead, detail] = kind[2](filled(value));
      found.push([part(text, word.start, end, kind[1]), { kind: kind[1], lead, detail }, null]);
    } else if (flag in REFUSED) {
      const own =
        inline === undefined && next ? next.start + next.text.length : word.start + word.text.length;
      if (inline === undefined) at += 1;
      const one = { text: text.slice(word.start, own), why: REFUSED[flag] ?? "" };
      found.push([part(text, word.start, own, "notTaken"), null, one]);
    } else if (flag.startsWith("-")) {
      const end = word.start + word.text.length;
      const rm = flag === "--rm";
      const words: [string, string] = rm
        ? ["Is deleted when it stops.", "What is not in a volume or folder goes with it."]
        : ["Shows its output.", "Slipway always does, under Log."];
      const kind = rm ? "lifetime" : "terminal";
      found.push([part(text, word.start, end, kind), { kind, lead: words[0], detail: words[1] }, null]);
    } else {
      image = filled(word.text);
      const tile = image.startsWith("exasol/ai-lab") ? "Slipway has a recipe for it." : "";
      const lead = `Starts ${image}.`;
      found.push([
        part(text, word.start, word.start + word.text.length, "image"),
        { kind: "image", lead, detail: tile },
        null,
      ]);
    }
  }
  for (const [one, meaning, refused] of found) {
    const said = meaning ? read.meanings.findIndex((other) => other.lead === meaning.lead) : -1;
    if (said >= 0) one.meaning = said;
    else if (meaning) {
      one.meaning = read.meanings.length;
      read.meanings.push(meaning);
    }
    if (refused) read.notTaken.push(refused);
    read.parts.push(one);
  }
  if (read.variables.every((one) => one.error === null && one.value !== "") && image) {
    const form = wholeForm(
      newForm({ image, recipe: image.startsWith("exasol/ai-lab") ? "ai-lab" : "web-app" }),
    );
    form.name = "From a command";
    for (const [, assignment] of text.matchAll(/(?:-e|--env) (\S+)/g)) {
      const [name = "", value = ""] = (assignment ?? "").split("=", 2);
      const secret = /PASSWORD|TOKEN|SECRET/.test(name);
      form.advanced.environment.push({ name, value: secret ? "" : value, secret });
      if (secret) secrets.variables = { ...secrets.variables, [name]: value };
    }
    form.dockerControl = text.includes("docker.sock");
    read.form = form;
    read.secrets = secrets;
  }
  return read;
}

function part(text: string, start: number, end: number, kind: PartKind): CommandPart {
  const variables = [...text.slice(start, end).matchAll(VARIABLE)].map((hit): [number, number] => [
    start + hit.index,
    start + hit.index + hit[0].length,
  ]);
  return { start, end, kind, meaning: null, variables };
}

function variablesOf(text: string, answers: Readonly<Record<string, string>>): AskedVariable[] {
  const names = new Set([...text.matchAll(VARIABLE)].map((hit) => hit[1] ?? ""));
  return [...names].map((name) => {
    const { usedFor, choices } = CHOICES[name] ?? { usedFor: "other" as const, choices: [] };
    const value = answers[name] ?? choices[0]?.value ?? (usedFor === "port" ? "8891" : "");
    const error =
      usedFor === "port" && !/^\d+$/.test(value)
        ? "A port is a number from 1 to 65535."
        : value === ""
          ? "Type a value for it."
          : null;
    return { name, usedFor, value, choices, error };
  });
}
