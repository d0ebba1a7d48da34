/* The generated types leave out what has a default in Rust; a form in hand always has all of it. */
import type { Advanced, LaunchForm } from "./bindings";

/** The same with nothing left out, all the way down. */
export type Whole<Part> = Part extends (infer Item)[]
  ? Whole<Item>[]
  : Part extends object
    ? { [Name in keyof Part]-?: Whole<Part[Name]> }
    : Part;

export type WholeForm = Whole<LaunchForm>;
export type WholeAdvanced = Whole<Advanced>;

export function wholeForm(form: LaunchForm): WholeForm {
  return {
    ...form,
    ports: form.ports.map((row) => ({ ...row, listenIp: row.listenIp ?? "" })),
    advanced: wholeAdvanced(form.advanced ?? {}),
  };
}

/** What is missing is as it is at first: empty, off, none. */
export function wholeAdvanced(part: Advanced): WholeAdvanced {
  return {
    nothingAdded: part.nothingAdded ?? false,
    environment: (part.environment ?? []).map((row) => ({ name: "", value: "", secret: false, ...row })),
    mounts: (part.mounts ?? []).map((row) => ({
      kind: "volume",
      source: "",
      target: "",
      readOnly: false,
      size: "",
      ...row,
    })),
    publishAll: part.publishAll ?? false,
    workingFolder: part.workingFolder ?? "",
    entrypoint: part.entrypoint ?? "",
    command: part.command ?? "",
    memory: part.memory ?? "",
    cpus: part.cpus ?? "",
    sharedMemory: part.sharedMemory ?? "",
    gpu: { choice: "nothing", count: "", devices: "", byRuntime: false, ...part.gpu },
    restart: { choice: "no", retries: "", ...part.restart },
    network: { name: "", create: false, aliases: [], ...part.network },
    hostname: part.hostname ?? "",
    terminal: part.terminal ?? false,
    keepInputOpen: part.keepInputOpen ?? false,
    removeWhenStopped: part.removeWhenStopped ?? false,
    platform: part.platform ?? "",
    labels: (part.labels ?? []).map((row) => ({ name: "", value: "", ...row })),
    privileged: part.privileged ?? false,
    capabilitiesAdded: part.capabilitiesAdded ?? [],
    capabilitiesDropped: part.capabilitiesDropped ?? [],
    user: part.user ?? "",
    rare: part.rare ?? [],
  };
}
