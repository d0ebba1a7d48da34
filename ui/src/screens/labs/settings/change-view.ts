/* What a change will do, as the panel beside the form says it. Pure, so that each way can be tested. */
import type { Step } from "$kit";
import { decimal, size } from "$lib/format";
import { m } from "$m";
import type { ChangePreview, DeletePreview } from "../../../ipc/bindings";
import type { Change } from "../../../state/change.svelte";

/** The order in which a new container takes the place of the old one. */
export function orderOf(preview: ChangePreview): Step[] {
  const step = (id: string, title: string, note: string | null = null): Step => ({
    id,
    title,
    state: "todo",
    note,
  });
  const stop = preview.stops ? [step("stop", m.change_step_stop(), preview.stops)] : [];
  const first = preview.stops || !preview.running ? null : m.change_step_beside();
  const last = preview.running ? [] : [step("still", m.change_step_still())];
  return [
    ...stop,
    step("start", m.change_step_start()),
    step("answer", m.change_step_answer(), first),
    step("replace", m.change_step_replace()),
    ...last,
  ];
}

/** What lies in the container outside volumes, and so goes with it. */
export function lostWords(lost: DeletePreview | null, unknown: boolean): string {
  if (unknown || (lost && !lost.changesKnown)) return m.change_lost_unknown();
  if (!lost) return m.change_lost_looking();
  const count = lost.changesCount;
  const examples = lost.changes
    .flatMap((group) => group.examples)
    .slice(0, 3)
    .join(", ");
  const what =
    lost.changesSize === null
      ? m.change_lost({ count: decimal(count), number: count })
      : m.change_lost_size({ count: decimal(count), number: count, size: size(lost.changesSize) });
  return examples ? `${what} ${m.change_lost_such({ examples })}` : what;
}

/** Why the button waits; `null`: it does not. */
export function whyNot({ draft, preview, asks, accepted, lost, lostUnknown }: Change): string | null {
  if (!draft.check || !preview) return draft.uncheckable ? m.wizard_cannot_check() : m.wizard_checking();
  if (preview.manner === "nothing") return m.change_why_nothing();
  if (preview.obstacle) return m.change_why_obstacle();
  if (draft.check.gate) return draft.check.gate;
  if (preview.manner === "anew" && !lost && !lostUnknown) return m.change_lost_looking();
  return asks && !accepted ? m.change_why_accept() : null;
}
