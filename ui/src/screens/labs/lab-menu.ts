/* Everything that can be asked of a lab, for its "more" menu: what it does now, how it is reached, what can be made
   of it, and its end. */
import AppWindow from "@lucide/svelte/icons/app-window";
import Archive from "@lucide/svelte/icons/archive";
import BookmarkPlus from "@lucide/svelte/icons/bookmark-plus";
import Camera from "@lucide/svelte/icons/camera";
import Copy from "@lucide/svelte/icons/copy";
import CopyPlus from "@lucide/svelte/icons/copy-plus";
import ExternalLink from "@lucide/svelte/icons/external-link";
import FileDown from "@lucide/svelte/icons/file-down";
import FolderSearch from "@lucide/svelte/icons/folder-search";
import FolderSync from "@lucide/svelte/icons/folder-sync";
import KeyRound from "@lucide/svelte/icons/key-round";
import Pencil from "@lucide/svelte/icons/pencil";
import Play from "@lucide/svelte/icons/play";
import RotateCw from "@lucide/svelte/icons/rotate-cw";
import ScrollText from "@lucide/svelte/icons/scroll-text";
import Settings2 from "@lucide/svelte/icons/settings-2";
import Square from "@lucide/svelte/icons/square";
import SquareTerminal from "@lucide/svelte/icons/square-terminal";
import Terminal from "@lucide/svelte/icons/terminal";
import Trash2 from "@lucide/svelte/icons/trash-2";
import Unlink from "@lucide/svelte/icons/unlink";
import X from "@lucide/svelte/icons/x";
import { type MenuItem, toasts } from "$kit";
import { copyText } from "$lib/copy";
import { router } from "$lib/router.svelte";
import { m } from "$m";
import type { Backend } from "../../ipc/backend";
import type { LabCard } from "../../ipc/bindings";
import { asProblem } from "../../ipc/error";
import { sayingOf } from "../../parts/problem-words";
import type { Labs } from "../../state/labs.svelte";
import { connectionPlace } from "./connection";
import type { Question } from "./LabDialogs.svelte";
import { hasPage } from "./lab-view";

export interface Deeds {
  backend: Backend;
  labs: Labs;
  ask: (question: Question) => void;
  /** Left out where the log is on screen already. */
  withLog?: boolean;
}

export function labMenu(lab: LabCard, deeds: Deeds): MenuItem[] {
  const groups = [doing(lab, deeds), reaching(lab, deeds), making(lab, deeds), ending(lab, deeds)];
  return groups
    .filter((group) => group.length > 0)
    .flatMap((group, at) => group.map((item, index) => ({ ...item, apart: at > 0 && index === 0 })));
}

function doing(lab: LabCard, { labs }: Deeds): MenuItem[] {
  const disabled = lab.intent !== null || lab.stale;
  if (lab.state === "running" || lab.state === "starting" || lab.state === "paused") {
    const items: MenuItem[] = [
      { label: m.lab_stop(), icon: Square, disabled, run: () => void labs.stopLab(lab.id) },
      { label: m.lab_restart(), icon: RotateCw, disabled, run: () => void labs.restartLab(lab.id) },
    ];
    if (hasPage(lab))
      items.unshift({ label: m.lab_open(), icon: ExternalLink, disabled, run: () => void labs.open(lab.id) });
    return items;
  }
  if (!lab.launch && (lab.state === "stopped" || lab.state === "problem"))
    return [{ label: m.lab_start(), icon: Play, disabled, run: () => void labs.startLab(lab.id) }];
  return [];
}

function reaching(lab: LabCard, { ask, withLog = true }: Deeds): MenuItem[] {
  const copy = (label: string, text: string): MenuItem => ({
    label,
    icon: Copy,
    run: () => void copyText(text).then((copied) => copied && toasts.done(m.kit_copied())),
  });
  const items = lab.addresses.map((address, at) =>
    copy(
      at === 0 ? m.lab_copy_this_address() : m.lab_copy_purpose({ purpose: address.purpose || address.text }),
      address.text,
    ),
  );
  if (items.length === 0 && lab.connection)
    items.push(copy(m.lab_copy_this_address(), connectionPlace(lab.connection)));
  if (lab.container && lab.keptIn && lab.kept === "volume")
    items.unshift({ label: m.lab_files(), icon: FolderSearch, run: () => router.go("volume", lab.keptIn) });
  if (lab.container && lab.keptIn && lab.kept === "folder")
    items.unshift({
      label: m.lab_files(),
      icon: FolderSearch,
      run: () => router.go("volume", null, { folder: lab.keptIn }),
    });
  if (lab.hasPassword)
    items.push({ label: m.lab_show_password(), icon: KeyRound, run: () => ask("password") });
  if (lab.container && lab.state === "running" && withLog)
    items.push({
      label: m.inside_open_terminal(),
      icon: Terminal,
      run: () => router.go("lab", lab.id, { tab: "terminal" }),
    });
  if (lab.container && withLog)
    items.push({
      label: m.lab_show_log(),
      icon: ScrollText,
      run: () => router.go("lab", lab.id, { tab: "logs" }),
    });
  return items;
}

function making(lab: LabCard, { backend, ask }: Deeds): MenuItem[] {
  const disabled = lab.intent !== null || lab.stale || lab.state === "launching";
  const kept = async (made: Promise<string | null>, says: (path: string) => string) => {
    try {
      const path = await made;
      if (path !== null) toasts.done(says(path));
    } catch (thrown) {
      toasts.failed(sayingOf(asProblem(thrown)));
    }
  };
  const duplicate: MenuItem = {
    label: m.lab_duplicate(),
    icon: CopyPlus,
    run: () => router.go("wizard", null, { like: lab.id }),
  };
  // A launch that is under way has no settings of its own to hand on yet.
  if (lab.state === "launching") return [duplicate];
  const keeping: MenuItem[] = [];
  if (lab.container)
    keeping.push({ label: m.lab_save_image(), icon: Camera, disabled, run: () => ask("saveImage") });
  if (lab.container && lab.keptIn && lab.kept === "volume")
    keeping.push({ label: m.lab_back_up(), icon: Archive, run: () => ask("backUp") });
  if (lab.container && lab.keptIn && lab.kept === "folder")
    keeping.push({ label: m.lab_copy_work(), icon: FolderSync, run: () => ask("copy") });
  return [
    ...keeping,
    ...(lab.container
      ? [
          {
            label: m.lab_change(),
            icon: Settings2,
            disabled,
            run: () => router.go("lab", lab.id, { tab: "settings" }),
          },
        ]
      : []),
    { label: m.lab_rename(), icon: Pencil, keys: "F2", disabled, run: () => ask("rename") },
    duplicate,
    { label: m.lab_commands(), icon: SquareTerminal, run: () => ask("commands") },
    { label: m.lab_save_recipe(), icon: BookmarkPlus, run: () => ask("recipe") },
    {
      label: m.lab_export(),
      icon: FileDown,
      run: () => void kept(backend.exportLab(lab.id), (path) => m.lab_exported({ path })),
    },
    {
      label: m.lab_shortcut(),
      icon: AppWindow,
      run: () => void kept(backend.makeShortcut(lab.id), (path) => m.lab_shortcut_made({ path })),
    },
  ];
}

function ending(lab: LabCard, { backend, labs, ask }: Deeds): MenuItem[] {
  const disabled = lab.intent !== null || lab.stale;
  if (lab.launch && lab.state !== "running" && lab.launch.outcome.kind !== "finished")
    return [
      {
        label: lab.launch.outcome.kind === "failed" ? m.lab_discard() : m.lab_cancel_launch(),
        icon: X,
        disabled: disabled || lab.launch.outcome.kind === "cancelling",
        run: () => void labs.cancelLaunch(lab.id),
      },
    ];
  const forget = async () => {
    try {
      await backend.forgetLab(lab.id);
      toasts.done(m.delete_forgotten({ name: lab.name }));
      if (router.route.page === "lab") router.go("labs");
    } catch (thrown) {
      toasts.failed(sayingOf(asProblem(thrown)));
    }
  };
  const forgetting: MenuItem[] = lab.adopted
    ? [{ label: m.lab_forget(), icon: Unlink, disabled, run: () => void forget() }]
    : [];
  return [
    ...forgetting,
    {
      label: m.lab_delete(),
      icon: Trash2,
      keys: "Delete",
      danger: true,
      disabled,
      run: () => ask("delete"),
    },
  ];
}
