/* The engine in two short lines for the sidebar, and the colour of its dot. */
import { m } from "$m";
import type { EngineReport } from "../ipc/bindings";

export interface EngineLine {
  name: string;
  meta: string;
  tone: "ok" | "warn" | "danger" | "idle";
}

/** Without what a distribution added: "20.10.24" for "20.10.24+dfsg1". */
const shortVersion = (version: string): string => /^\d+(\.\d+)*/.exec(version)?.[0] ?? version;

export function engineLine({ status, facts, problems }: EngineReport): EngineLine {
  const name = facts?.productName ?? m.shell_engine();
  switch (status.state) {
    case "connecting":
      return { name, meta: m.shell_engine_connecting(), tone: "idle" };
    case "reconnecting":
      return { name, meta: m.shell_engine_reconnecting(), tone: "warn" };
    case "unavailable":
      return { name, meta: m.shell_engine_off(), tone: "danger" };
    case "ready": {
      const place = facts?.thisComputer === false ? facts.hostName : m.shell_engine_this_computer();
      const meta = facts ? `${shortVersion(facts.version)} · ${place}` : place;
      return { name, meta, tone: problems.some((problem) => problem.blocking) ? "danger" : "ok" };
    }
  }
}
