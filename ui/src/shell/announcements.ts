/* What changed with the labs, said once: to screen readers for every change of state, and as a message for the end
   of a launch that nobody is watching. Pure, so that "once" can be tested. */
import { m } from "$m";
import type { LabCard } from "../ipc/bindings";

export interface Announcement {
  lab: string;
  text: string;
  /** The end of a launch: worth a message on any page. */
  launchEnded: "ready" | "failed" | null;
}

const stateOf = (lab: LabCard): string => (lab.launch?.outcome.kind === "failed" ? "problem" : lab.state);

export function announcements(before: readonly LabCard[], after: readonly LabCard[]): Announcement[] {
  const earlier = new Map(before.map((lab) => [lab.id, lab]));
  return after.flatMap((lab): Announcement[] => {
    const was = earlier.get(lab.id);
    if (!was || stateOf(was) === stateOf(lab)) return [];
    const launched = was.state === "launching";
    switch (stateOf(lab)) {
      case "running":
        return [
          {
            lab: lab.id,
            text: m.announce_running({ name: lab.name }),
            launchEnded: launched ? "ready" : null,
          },
        ];
      case "stopped":
        return [{ lab: lab.id, text: m.announce_stopped({ name: lab.name }), launchEnded: null }];
      case "problem":
        return [
          {
            lab: lab.id,
            text: m.announce_problem({ name: lab.name }),
            launchEnded: launched ? "failed" : null,
          },
        ];
      default:
        return [];
    }
  });
}
