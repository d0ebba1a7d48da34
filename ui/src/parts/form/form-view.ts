/* What the wizard shows of a form, as pure functions: which notes stand at a field, what is offered to choose from,
   and how the equivalent command is laid out and coloured. */
import type { CodePiece, FieldStatus, Suggestion } from "$kit";
import { m } from "$m";
import type {
  EquivalentCommand,
  FieldNote,
  FormCheck,
  FormFrame,
  LaunchForm,
  ListenAddress,
  NoteLevel,
  RiskPanel,
  SignInFrame,
  SupportRow,
  VersionList,
  VolumeChoice,
} from "../../ipc/bindings";

const WEIGHT: Record<NoteLevel, number> = { error: 0, danger: 1, warning: 2, note: 3, good: 4 };

/** The notes of these fields, the gravest first; "good" only where nothing else is said. */
export function notesAt(check: FormCheck | null, ...fields: string[]): FieldNote[] {
  const notes = (check?.notes ?? []).filter((note) => fields.includes(note.field));
  notes.sort((a, b) => WEIGHT[a.level] - WEIGHT[b.level]);
  return notes.some((note) => note.level !== "good") ? notes.filter((note) => note.level !== "good") : notes;
}

export const isWrong = (notes: readonly FieldNote[]): boolean => notes.some((note) => note.level === "error");

export function toneOf(level: NoteLevel): FieldStatus["tone"] | "plain" {
  switch (level) {
    case "good":
      return "ok";
    case "note":
      return "plain";
    case "warning":
      return "warn";
    default:
      return "error";
  }
}

/** The first sentence as a title, the rest as text. */
export function titleAndText(message: string): { title: string; text: string } {
  const end = message.search(/[.:] (?=\S)/);
  return end < 0
    ? { title: message.replace(/\.$/, ""), text: "" }
    : { title: message.slice(0, end), text: capital(message.slice(end + 2)) };
}
function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A port row as it was when it was checked; a changed one is being checked again. */
export function portChecked(now: LaunchForm, checked: LaunchForm | null, row: number): boolean {
  const before = checked?.ports[row];
  const after = now.ports[row];
  return (
    before?.host === after?.host &&
    before?.protocol === after?.protocol &&
    before?.listenIp === after?.listenIp &&
    checked?.listenIp === now.listenIp
  );
}

/** A whole reference typed as an image: `quay.io/me/lab:2` is the image and its version. */
export function splitReference(typed: string): { image: string; version: string | null } {
  const text = typed.trim();
  const digest = text.indexOf("@");
  if (digest > 0) return { image: text.slice(0, digest), version: text.slice(digest + 1) || null };
  const colon = text.lastIndexOf(":");
  if (colon > text.lastIndexOf("/") && colon > 0)
    return { image: text.slice(0, colon), version: text.slice(colon + 1) || null };
  return { image: text, version: null };
}

/** Names of local images without their versions, each once. */
export function imageSuggestions(tags: readonly string[]): Suggestion[] {
  const names = new Set(tags.map((tag) => splitReference(tag).image));
  return [...names].sort().map((value) => ({ value, detail: m.wizard_image_local() }));
}

export function versionSuggestions(list: VersionList | null): Suggestion[] {
  return (list?.choices ?? []).map(({ tag, here, remark }) => ({
    value: tag,
    detail: [remark, here ? m.wizard_version_here() : ""].filter(Boolean).join(", "),
  }));
}

/** One line below name, image and version: whether it is here, and what the list leaves out. */
export function versionHint(form: LaunchForm, list: VersionList | null, check: FormCheck | null): string {
  if (!list) return m.wizard_version_loading();
  const choice = list.choices.find((one) => one.tag === form.version.trim());
  const where = choice?.here
    ? m.wizard_version_is_here({ version: form.version.trim() })
    : check?.needsDownload
      ? m.wizard_version_download({ version: form.version.trim() })
      : "";
  return [where, list.incomplete ?? ""].filter(Boolean).join(" ");
}

export function volumeSuggestions(volumes: readonly VolumeChoice[]): Suggestion[] {
  return volumes.map(({ name, usedBy }) => ({
    value: name,
    detail:
      usedBy.length > 0
        ? m.wizard_volume_detail_used({ users: usedBy.join(", ") })
        : m.wizard_volume_detail_free(),
  }));
}

/** Addresses that one port may listen on by itself. */
export function listenSuggestions(addresses: readonly ListenAddress[]): Suggestion[] {
  return [
    { value: "127.0.0.1", detail: m.wizard_ports_listen_local() },
    { value: "0.0.0.0", detail: m.wizard_reach_all() },
    ...addresses.map(({ ip, label }) => ({ value: ip, detail: label })),
  ];
}

export interface SignInWords {
  title: string;
  /** What the image brings. */
  text: string;
  /** Shown and copyable behind the text. */
  password: string | null;
  ownLabel: string;
}

export function signInWords(frame: SignInFrame): SignInWords {
  const fixed = frame.ownPossible ? "" : m.wizard_sign_in_fixed();
  const opens = frame.opensSignedIn ? m.wizard_sign_in_opens() : "";
  const words = (title: string, ...texts: string[]): SignInWords => ({
    title,
    text: texts.filter(Boolean).join(" "),
    password: null,
    ownLabel: m.wizard_sign_in_own_password(),
  });
  switch (frame.kind) {
    case "open":
      return words(m.wizard_sign_in_open(), m.wizard_sign_in_open_text());
    case "unknown":
      return words(m.wizard_sign_in_unknown(), m.wizard_sign_in_unknown_text());
    case "token":
      return {
        ...words(m.wizard_sign_in_token(), m.wizard_sign_in_image_token(), opens, fixed),
        ownLabel: m.wizard_sign_in_own_token(),
      };
    case "password":
      return frame.imagePassword === null
        ? words(m.wizard_sign_in_password(), m.wizard_sign_in_image_password_unknown(), opens, fixed)
        : { ...words(m.wizard_sign_in_password(), opens, fixed), password: frame.imagePassword };
  }
}

export type Shell = "bash" | "powershell" | "cmd";

const MARKS: Record<Shell, string> = { bash: " \\", powershell: " `", cmd: " ^" };
const SHELL_NAMES: Record<Shell, string> = { bash: "bash", powershell: "PowerShell", cmd: "cmd" };

type Lines = Partial<Record<Shell, string[]>>;

/** The command in a shell's quoting; nothing where it is not given for that shell. */
const linesFor = (command: Lines, shell: Shell): string[] => command[shell] ?? [];

/** The command that follows where the image does not start its page itself. */
const thenFor = ({ followedBy }: EquivalentCommand, shell: Shell): string =>
  (followedBy as Partial<Record<Shell, string>> | null)?.[shell] ?? "";

/** The shells that the command is given for. */
export function shellsOf(command: EquivalentCommand): { value: Shell; label: string }[] {
  return (["bash", "powershell", "cmd"] as const)
    .filter((shell) => linesFor(command, shell).length > 0)
    .map((value) => ({ value, label: SHELL_NAMES[value] }));
}

/** One argument group a line, indented below the first, with the marks that join lines. */
export function commandLines(command: EquivalentCommand, shell: Shell): CodePiece[][] {
  const lines = linesFor(command, shell);
  const mark = MARKS[shell];
  const then = thenFor(command, shell);
  return [
    ...lines.map((line, at) => [
      ...(at === 0 ? [] : [{ text: "  " }]),
      ...pieces(line, at === 0),
      ...(at < lines.length - 1 ? [{ text: mark, kind: "dim" as const }] : []),
    ]),
    ...(then ? [[], pieces(then, true)] : []),
  ];
}

/** What the copy button takes: just what is shown, ready to paste. */
export function commandText(command: EquivalentCommand, shell: Shell): string {
  const run = linesFor(command, shell).join(`${MARKS[shell]}\n  `);
  const then = thenFor(command, shell);
  return then ? `${run}\n\n${then}` : run;
}

function pieces(line: string, first: boolean): CodePiece[] {
  const program = first ? /^docker (?:run|exec)/.exec(line)?.[0] : undefined;
  if (program !== undefined)
    return [{ text: program, kind: "program" }, ...flagAndValue(line.slice(program.length))];
  return flagAndValue(line);
}

function flagAndValue(line: string): CodePiece[] {
  const [, flag, value] = /^(\s*--?[\w-]+(?: |=))(.+)$/.exec(line) ?? [];
  if (flag === undefined || value === undefined) return [{ text: line }];
  if (value.startsWith("--")) return [{ text: line }];
  if (/^--(publish|cpus|memory|gpus)\b/.test(flag.trim()))
    return [{ text: flag }, { text: value, kind: "number" }];
  // Long values wrap where their parts meet: "my-vol:" and the folder in the lab.
  const meet = /^--volume\b/.test(flag.trim()) ? value.indexOf(":/", 2) + 1 : 0;
  const parts = meet > 0 ? [value.slice(0, meet), value.slice(meet)] : [value];
  return [{ text: flag }, ...parts.map((text) => ({ text, kind: "value" as const }))];
}

/** The rows of the support table: the ones for this computer first, the rest on request. */
export function supportRows(rows: readonly SupportRow[], all: boolean): SupportRow[] {
  const current = rows.filter((row) => row.current);
  return all ? [...current, ...rows.filter((row) => !row.current)] : current;
}

/** Browser folders look different on Windows; so does the shell that people paste into. */
export function usualShell(platform: string): Shell {
  return /^win/i.test(platform) ? "powershell" : "bash";
}

/** Repositories to choose from; what is chosen now is always one of them. */
export function imageOptions(frame: FormFrame | null, current: string): { value: string; label: string }[] {
  const images = frame?.images ?? [];
  const listed = images.includes(current) ? images : [current, ...images];
  return listed.map((value) => ({ value, label: value }));
}

/** Ways to the machine that are on this page by themselves: Docker's socket, and folders. */
const BY_ITSELF: readonly string[] = ["dockerSocket", "hostRoot", "folderWithSocket"];

/** Every risk comes from rights given under Advanced, and none from Docker's socket or a folder. */
export const onlyRights = (panel: RiskPanel): boolean =>
  panel.kinds.every((kind) => !BY_ITSELF.includes(kind));
