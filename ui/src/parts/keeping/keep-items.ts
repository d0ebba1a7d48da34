/* What can be done to keep a volume's work safe, as entries of the menus that offer it. */
import Archive from "@lucide/svelte/icons/archive";
import ArchiveRestore from "@lucide/svelte/icons/archive-restore";
import CopyPlus from "@lucide/svelte/icons/copy-plus";
import FolderSync from "@lucide/svelte/icons/folder-sync";
import type { MenuItem } from "$kit";
import { router } from "$lib/router.svelte";
import { m } from "$m";
import type { Place } from "../../ipc/bindings";

/** What is asked in a dialog, and of which place. */
export interface Kept {
  what: "backUp" | "clone" | "copy";
  place: Place;
}

export function keepItems(volume: string, ask: (kept: Kept) => void): MenuItem[] {
  const place: Place = { kind: "volume", name: volume };
  return [
    { label: m.keep_back_up(), icon: Archive, run: () => ask({ what: "backUp", place }) },
    { label: m.keep_backups(), icon: ArchiveRestore, run: () => router.go("backups", volume) },
    { label: m.keep_clone(), icon: CopyPlus, run: () => ask({ what: "clone", place }) },
    { label: m.keep_copy(), icon: FolderSync, run: () => ask({ what: "copy", place }) },
  ];
}
