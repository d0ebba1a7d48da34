/* What Advanced shows of a form, as pure functions: how many options are set, which notes stand where, sizes and
   numbers as Docker writes them, and the rare options with their words. */
import { m } from "$m";
import type { FieldNote, FormCheck, RareKind } from "../../../ipc/bindings";
import type { WholeAdvanced } from "../../../ipc/whole";

/** The notes of a field and of everything below it, in the order of the check. */
export function notesBelow(check: FormCheck | null, field: string): FieldNote[] {
  const notes = (check?.notes ?? []).filter(
    (note) => note.field === field || note.field.startsWith(`${field}.`),
  );
  return notes.some((note) => note.level !== "good") ? notes.filter((note) => note.level !== "good") : notes;
}

/** How many notes stop the launch. */
export const wrongCount = (check: FormCheck | null): number =>
  notesBelow(check, "advanced").filter((note) => note.level === "error").length;

/** How many options differ from "leave it as the image and Docker have it". A row counts when anything stands in it. */
export function setCount(advanced: WholeAdvanced): number {
  const rows = [
    ...advanced.environment.map((row) => row.name !== "" || row.value !== "" || row.secret),
    ...advanced.mounts.map((row) => row.source !== "" || row.target !== "" || row.size !== ""),
    ...advanced.labels.map((row) => row.name !== "" || row.value !== ""),
    ...advanced.rare.map(() => true),
  ];
  const options = [
    advanced.publishAll,
    advanced.workingFolder,
    advanced.entrypoint,
    advanced.command,
    advanced.memory,
    advanced.cpus,
    advanced.sharedMemory,
    advanced.gpu.choice !== "nothing",
    advanced.restart.choice !== "no",
    advanced.network.name,
    advanced.network.aliases.length > 0,
    advanced.hostname,
    advanced.terminal,
    advanced.keepInputOpen,
    advanced.removeWhenStopped,
    advanced.platform,
    advanced.privileged,
    advanced.capabilitiesAdded.length > 0,
    advanced.capabilitiesDropped.length > 0,
    advanced.user,
  ];
  return [...rows, ...options].filter(Boolean).length;
}

/* Docker reads sizes in powers of 1024, with one letter: 512m, 2g. */
const UNITS: Record<string, number> = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/** A size as Docker takes it, in GiB; `null` where it is none. */
export function gibOf(text: string): number | null {
  const [, number, unit] = /^\s*(\d+(?:\.\d+)?)\s*([bkmgt])(?:i?b)?\s*$/i.exec(text) ?? [];
  if (number === undefined || unit === undefined) return null;
  return (Number(number) * (UNITS[unit.toLowerCase()] ?? 1)) / 1024 ** 3;
}

/** "4g", and "512m" below a whole one. */
export const gibText = (gib: number): string =>
  Number.isInteger(gib) ? `${gib}g` : `${Math.round(gib * 1024)}m`;

/** Where a slider stands, from `step` to `whole`: at the end where nothing is set or it cannot be read. */
export function sliderAt(value: number | null, whole: number): number {
  return value === null || !(value > 0) ? whole : Math.min(value, whole);
}

/** The memory of a machine in steps that a slider can take. */
export const wholeGib = (bytes: number): number => Math.floor((bytes / 1024 ** 3) * 2) / 2;

/** "A, B C" typed into one field, as a list. */
export const listOf = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);

/** Lines of `NAME=value` that were pasted into the name of a variable; `null` where it is not such a text. */
export function variablesIn(text: string): { name: string; value: string }[] | null {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim().replace(/^export\s+/, ""))
    .filter((line) => line !== "" && !line.startsWith("#"));
  const rows = lines.flatMap((line) => {
    const [, name, value] = /^([A-Za-z_][A-Za-z0-9_.-]*)=(.*)$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [{ name, value: unquoted(value) }];
  });
  return rows.length > 0 && rows.length === lines.length ? rows : null;
}
function unquoted(value: string): string {
  const [, , inside] = /^(["'])(.*)\1$/.exec(value) ?? [];
  return inside ?? value;
}

const SECRET_WORDS =
  /^(PASSWORD|PASSWD|PASSPHRASE|PASS|PWD|TOKEN|SECRET|KEY|APIKEY|CREDENTIALS?)$|(PASSWORD|TOKEN|SECRET|APIKEY|ACCESSKEY)$/;
const HARMLESS_END = /^(FILE|PATH|URL|TTL|ID|NAME|LENGTH|POLICY|EXPIRY|TYPE|COUNT)$/;

/** A name whose value nobody should see, by the rule of the check; so it is locked while it is still empty. */
export function looksSecret(name: string): boolean {
  const whole = name.toUpperCase();
  const words = whole.split(/[^A-Z0-9]/);
  if (whole === "PWD" || whole === "OLDPWD" || words[0] === "ALLOW" || HARMLESS_END.test(words.at(-1) ?? ""))
    return false;
  return words.some((word) => SECRET_WORDS.test(word));
}

/** The place where this computer keeps secrets, by the name people know. */
export function keyringName(platform: string): string {
  if (/^win/i.test(platform)) return m.adv_keyring_windows();
  return /^mac/i.test(platform) ? m.adv_keyring_mac() : m.adv_keyring_linux();
}

export interface RareOption {
  kind: RareKind;
  /** As Docker spells it. */
  flag: string;
  name: () => string;
  /** One line: what it is for. */
  text: () => string;
  /** A value as it could be; none where it is only on. */
  example: string | null;
  /** Docker takes it once. */
  once: boolean;
}

export const RARE: readonly RareOption[] = [
  rare("device", "--device", m.adv_rare_device, m.adv_rare_device_text, "/dev/fuse"),
  rare("host", "--add-host", m.adv_rare_host, m.adv_rare_host_text, "db.local:10.0.0.5"),
  rare("dns", "--dns", m.adv_rare_dns, m.adv_rare_dns_text, "10.0.0.2"),
  rare("group", "--group-add", m.adv_rare_group, m.adv_rare_group_text, "users"),
  rare("ulimit", "--ulimit", m.adv_rare_ulimit, m.adv_rare_ulimit_text, "memlock=-1"),
  rare("sysctl", "--sysctl", m.adv_rare_sysctl, m.adv_rare_sysctl_text, "net.core.somaxconn=1024"),
  rare(
    "securityOption",
    "--security-opt",
    m.adv_rare_security,
    m.adv_rare_security_text,
    "no-new-privileges",
  ),
  rare("init", "--init", m.adv_rare_init, m.adv_rare_init_text, null, true),
  rare("readOnly", "--read-only", m.adv_rare_read_only, m.adv_rare_read_only_text, null, true),
  rare("ipc", "--ipc", m.adv_rare_ipc, m.adv_rare_ipc_text, "host", true),
  rare("pid", "--pid", m.adv_rare_pid, m.adv_rare_pid_text, "host", true),
  rare("stopSignal", "--stop-signal", m.adv_rare_stop_signal, m.adv_rare_stop_signal_text, "SIGINT", true),
  rare("stopTimeout", "--stop-timeout", m.adv_rare_stop_timeout, m.adv_rare_stop_timeout_text, "60", true),
];

function rare(
  kind: RareKind,
  flag: string,
  name: () => string,
  text: () => string,
  example: string | null,
  once = false,
): RareOption {
  return { kind, flag, name, text, example, once };
}

export function rareOption(kind: RareKind): RareOption {
  return (
    RARE.find((one) => one.kind === kind) ??
    rare(
      kind,
      `--${kind}`,
      () => kind,
      () => "",
      "",
    )
  );
}
