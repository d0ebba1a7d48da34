/* Everything that can be asked of a lab, for its "more" menu. */
import Copy from "@lucide/svelte/icons/copy";
import CopyPlus from "@lucide/svelte/icons/copy-plus";
import ExternalLink from "@lucide/svelte/icons/external-link";
import KeyRound from "@lucide/svelte/icons/key-round";
import Play from "@lucide/svelte/icons/play";
import RotateCw from "@lucide/svelte/icons/rotate-cw";
import ScrollText from "@lucide/svelte/icons/scroll-text";
import Square from "@lucide/svelte/icons/square";
import Trash2 from "@lucide/svelte/icons/trash-2";
import X from "@lucide/svelte/icons/x";
import { type MenuItem, toasts } from "$kit";
import { copyText } from "$lib/copy";
import { router } from "$lib/router.svelte";
import { m } from "$m";
import type { LabCard } from "../../ipc/bindings";
import type { Labs } from "../../state/labs.svelte";

export function labMenu(
  lab: LabCard,
  labs: Labs,
  ask: { ondelete: () => void; onreveal: () => void },
): MenuItem[] {
  const running = lab.state === "running" || lab.state === "starting" || lab.state === "paused";
  const busy = lab.intent !== null || lab.stale;
  const items: MenuItem[] = [];
  if (running) {
    items.push({
      label: m.lab_open(),
      icon: ExternalLink,
      disabled: busy,
      run: () => void labs.open(lab.id),
    });
    items.push({ label: m.lab_stop(), icon: Square, disabled: busy, run: () => void labs.stopLab(lab.id) });
    items.push({
      label: m.lab_restart(),
      icon: RotateCw,
      disabled: busy,
      run: () => void labs.restartLab(lab.id),
    });
  } else if (!lab.launch && (lab.state === "stopped" || lab.state === "problem")) {
    items.push({ label: m.lab_start(), icon: Play, disabled: busy, run: () => void labs.startLab(lab.id) });
  }
  for (const [at, address] of lab.addresses.entries())
    items.push({
      label:
        at === 0
          ? m.lab_copy_this_address()
          : m.lab_copy_purpose({ purpose: address.purpose || address.text }),
      icon: Copy,
      apart: at === 0 && items.length > 0,
      run: () => void copyText(address.text).then((copied) => copied && toasts.done(m.kit_copied())),
    });
  if (lab.hasPassword) items.push({ label: m.lab_show_password(), icon: KeyRound, run: ask.onreveal });
  if (lab.container)
    items.push({ label: m.lab_show_log(), icon: ScrollText, run: () => router.go("lab", lab.id) });
  items.push({
    label: m.lab_launch_like(),
    icon: CopyPlus,
    run: () => router.go("wizard", null, { like: lab.id }),
  });
  if (lab.launch && lab.state !== "running") {
    const failed = lab.launch.outcome.kind === "failed";
    items.push({
      label: failed ? m.lab_discard() : m.lab_cancel_launch(),
      icon: X,
      apart: true,
      disabled: busy || lab.launch.outcome.kind === "cancelling",
      run: () => void labs.cancelLaunch(lab.id),
    });
  } else {
    items.push({
      label: m.lab_delete(),
      icon: Trash2,
      keys: "Delete",
      danger: true,
      apart: true,
      disabled: busy,
      run: ask.ondelete,
    });
  }
  return items;
}
