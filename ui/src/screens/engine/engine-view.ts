/* The engine's health as a list of checks in plain words: what is fine, what to fix, and what could not be checked. */

import { moment, size } from "$lib/format";
import { m } from "$m";
import type {
  EngineFacts,
  EngineProblem,
  EngineProblemKind,
  EngineRemedy,
  EngineReport,
} from "../../ipc/bindings";

export type CheckState = "ok" | "bad" | "warn" | "wait";
export interface HealthCheck {
  id: string;
  state: CheckState;
  title: string;
  text: string;
  problem: EngineProblem | null;
}

interface Question {
  id: string;
  kinds: readonly EngineProblemKind[];
  /** The title and text while there is no such problem. */
  title: () => string;
  fine: (facts: EngineFacts) => string;
  /** Asked only where it applies. */
  shown?: (facts: EngineFacts | null) => boolean;
}

const QUESTIONS: readonly Question[] = [
  {
    id: "installed",
    kinds: ["notInstalled", "endpointInvalid"],
    title: m.check_installed,
    fine: (facts) => `${facts.productName}, ${facts.operatingSystem}`,
  },
  {
    id: "running",
    kinds: ["notRunning", "unreachable"],
    title: m.check_running,
    fine: (facts) => m.check_running_fine({ version: facts.version }),
  },
  { id: "allowed", kinds: ["permissionDenied"], title: m.check_allowed, fine: () => m.check_allowed_fine() },
  { id: "linux", kinds: ["windowsContainers"], title: m.check_linux, fine: () => m.check_linux_fine() },
  {
    id: "api",
    kinds: ["apiTooOld"],
    title: m.check_api,
    fine: (facts) => m.check_api_fine({ version: facts.apiVersion }),
  },
  {
    id: "disk",
    kinds: ["diskLow"],
    title: m.check_disk,
    fine: (facts) =>
      facts.diskFree === null ? m.check_disk_unknown() : m.check_disk_fine({ free: size(facts.diskFree) }),
  },
  {
    id: "rights",
    kinds: ["rootless"],
    title: m.check_rights,
    fine: () => m.check_rights_fine(),
    shown: (facts) => facts?.rootless ?? false,
  },
];

/** What a failure further along proves: who is refused has found a running Docker. */
const PROVEN: Partial<Record<EngineProblemKind, readonly string[]>> = {
  notRunning: ["installed"],
  permissionDenied: ["installed", "running"],
  apiTooOld: ["installed", "running", "allowed"],
  windowsContainers: ["installed", "running", "allowed"],
};

export function healthChecks({ status, facts, problems }: EngineReport): HealthCheck[] {
  const connected = status.state === "ready";
  const proven = new Set(problems.flatMap((problem) => PROVEN[problem.kind] ?? []));
  return QUESTIONS.flatMap(({ id, kinds, title, fine, shown }): HealthCheck[] => {
    const problem = problems.find((one) => kinds.includes(one.kind)) ?? null;
    if (problem)
      return [
        {
          id,
          state: problem.blocking ? "bad" : "warn",
          title: problem.title.replace(/\.$/, ""),
          text: problem.message,
          problem,
        },
      ];
    if (shown && !shown(facts)) return [];
    if (proven.has(id) && !(connected && facts))
      return [{ id, state: "ok", title: title(), text: m.check_proven(), problem: null }];
    if (connected && facts) return [{ id, state: "ok", title: title(), text: fine(facts), problem: null }];
    return [
      {
        id,
        state: "wait",
        title: title(),
        text: status.state === "connecting" ? m.check_asking() : m.check_later(),
        problem: null,
      },
    ];
  });
}

/** "Everything is fine", or how much there is to do. */
export function headline(report: EngineReport, now: Date): { title: string; sub: string } {
  const { status, facts, problems } = report;
  const fix = problems.filter((problem) => problem.blocking).length;
  const look = problems.length - fix;
  const sub = facts
    ? m.engine_place({ engine: facts.productName, place: place(facts) })
    : m.engine_place_unknown();
  if (status.state === "connecting") return { title: m.engine_connecting(), sub };
  if (status.state === "reconnecting")
    return {
      title: m.engine_away(),
      sub: m.engine_away_since({ when: moment(new Date(status.since), now) }),
    };
  if (fix > 0 && look > 0) return { title: m.engine_fix_and_look({ fix, look }), sub };
  if (fix > 0) return { title: m.engine_fix({ count: fix }), sub };
  if (look > 0) return { title: m.engine_look({ count: look }), sub };
  return { title: status.state === "ready" ? m.engine_fine() : m.engine_away(), sub };
}

const place = (facts: EngineFacts): string =>
  facts.thisComputer ? m.shell_engine_this_computer() : facts.hostName;

export const REMEDY_WORDS: Record<EngineRemedy, () => string> = {
  startEngine: m.remedy_start,
  installGuide: m.remedy_install,
  joinGroup: m.remedy_join,
  switchToLinux: m.remedy_linux,
  tryAgain: m.remedy_again,
};

/** What is known of the engine, as pairs for a list. */
export function factLines(facts: EngineFacts): { label: string; value: string; mono?: boolean }[] {
  const lines = [
    { label: m.fact_engine(), value: `${facts.productName} ${facts.version}` },
    { label: m.fact_system(), value: facts.operatingSystem },
    {
      label: m.fact_machine(),
      value: facts.thisComputer ? m.fact_this({ host: facts.hostName }) : facts.hostName,
    },
    {
      label: m.fact_processor(),
      value: m.fact_processors({ count: facts.processors, kind: processorWords(facts.architecture) }),
    },
    { label: m.fact_memory(), value: size(facts.memory) },
    { label: m.fact_gpu(), value: facts.gpu ? m.fact_gpu_yes() : m.fact_gpu_no() },
    {
      label: m.fact_store(),
      value: facts.containerdStore
        ? m.fact_store_containerd({ driver: facts.storageDriver })
        : facts.storageDriver,
    },
    { label: m.fact_data(), value: facts.dataRoot, mono: true },
    { label: m.fact_address(), value: facts.endpoint.address, mono: true },
    { label: m.fact_found(), value: foundWords(facts) },
  ];
  if (facts.diskFree !== null) lines.splice(5, 0, { label: m.fact_disk(), value: size(facts.diskFree) });
  return lines;
}

function processorWords(architecture: string): string {
  if (architecture === "amd64" || architecture === "x86_64") return m.fact_intel();
  if (architecture === "arm64" || architecture === "aarch64") return m.fact_arm();
  return architecture;
}

function foundWords({ endpoint: { source } }: EngineFacts): string {
  if (source.kind === "dockerHost") return m.fact_found_host();
  return source.kind === "context" ? m.fact_found_context({ name: source.name }) : m.fact_found_usual();
}
