/* What a person does to the files of a place, and how its outcome is told. */

import ClipboardPaste from "@lucide/svelte/icons/clipboard-paste";
import Download from "@lucide/svelte/icons/download";
import FolderInput from "@lucide/svelte/icons/folder-open";
import FolderPlus from "@lucide/svelte/icons/folder-plus";
import FolderUp from "@lucide/svelte/icons/folder-up";
import Pencil from "@lucide/svelte/icons/pencil";
import Scissors from "@lucide/svelte/icons/scissors";
import TrashIcon from "@lucide/svelte/icons/trash";
import Upload from "@lucide/svelte/icons/upload";
import { type MenuItem, toasts } from "$kit";
import { m } from "$m";
import type { Backend } from "../../ipc/backend";
import { asProblem } from "../../ipc/error";
import { sayingOf } from "../../parts/problem-words";
import { movable } from "../../state/changing.svelte";
import type { LookInto } from "../../state/place.svelte";
import { nameOf } from "./volume-view";

/** Says why something could not be done. */
async function trying(what: () => Promise<unknown>): Promise<void> {
  try {
    await what();
  } catch (thrown) {
    toasts.failed(sayingOf(asProblem(thrown)));
  }
}

export interface Deeds {
  /** True where nothing can be changed. */
  locked: boolean;
  download(paths: readonly string[]): void;
  uploadFiles(folder: string): void;
  uploadFolders(folder: string): void;
  takeDrop(folder: string, drop: number): void;
  /** Lets another program take these, which a pointer holds outside of the window. */
  dragOut(paths: readonly string[], drag: Held): void;
  makeFolder(folder: string): void;
  rename(path: string): void;
  /** Makes it ready to be moved to another folder. */
  cut(paths: readonly string[]): void;
  /** Moves what was cut into this folder. */
  paste(folder: string): void;
  move(paths: readonly string[], folder: string): void;
  trash(paths: readonly string[]): void;
  /** Brings back what was moved to the trash last. */
  undo(): void;
}

/** A drag of rows, as long as the button is held. */
export interface Held {
  readonly now: unknown;
  cancel(): void;
}

export interface Surroundings {
  backend: Backend;
  look: LookInto;
  /** Shows where a new folder's name is typed. */
  naming: () => void;
  /** These are gone from where they were. */
  gone: (paths: readonly string[]) => void;
  /** These are there again. */
  back: (paths: readonly string[]) => void;
}

export function deedsOf({ backend, look, naming, gone, back }: Surroundings): Deeds | null {
  const { opened, changing } = look;
  if (!opened || !changing) return null;
  const { id } = opened;
  const locked = opened.readOnly !== null;
  const undo = (ids: readonly string[]) => {
    if (ids.length === 0) return;
    void trying(async () => back(await changing.bringBack(ids)));
  };
  const move = (paths: readonly string[], folder: string) => {
    const moved = movable(paths, folder);
    if (locked || moved.length === 0) return;
    void trying(async () => {
      const there = await changing.move(moved, folder);
      const name = nameOf(there[0] ?? "");
      toasts.done(m.move_moved({ count: there.length, name, folder: folder ? nameOf(folder) : opened.name }));
      gone(moved);
      back(there);
    });
  };
  return {
    locked,
    download: (paths) => {
      if (paths.length > 0) void trying(() => backend.downloadEntries(id, paths));
    },
    uploadFiles: (folder) => {
      if (!locked) void trying(() => backend.uploadChosen(id, folder, false));
    },
    uploadFolders: (folder) => {
      if (!locked) void trying(() => backend.uploadChosen(id, folder, true));
    },
    takeDrop: (folder, drop) => {
      if (!locked) void trying(() => backend.uploadDropped(id, folder, drop));
    },
    dragOut: (paths, drag) =>
      void trying(async () => {
        const ready = await backend.bringAside(id, paths);
        if (!ready) return;
        const name = nameOf(paths[0] ?? "");
        const late = () => toasts.failed(m.move_out_late({ count: paths.length, name }));
        if (!drag.now) return late();
        // From here on the system holds them.
        drag.cancel();
        const end = await backend.dragOut(ready.number);
        if (end === "letGo") late();
        else if (end === "refused") toasts.failed(m.move_out_refused());
        else if (end === "dropped" && ready.cautions.length > 0) toasts.failed(ready.cautions.join(" "));
      }),
    makeFolder: (folder) => {
      if (locked) return;
      changing.beginFolder(folder);
      naming();
    },
    rename: (path) => {
      if (!locked) changing.beginRename(path);
    },
    cut: (paths) => {
      if (locked || paths.length === 0) return;
      changing.cut = paths;
      const name = nameOf(paths[0] ?? "");
      toasts.done(`${m.move_cut_said({ count: paths.length, name })}. ${m.move_cut_hint()}`);
    },
    paste: (folder) => move(changing.cut, folder),
    move,
    trash: (paths) => {
      if (locked || paths.length === 0) return;
      void trying(async () => {
        const ids = await changing.trash(paths);
        const [first = ""] = paths;
        toasts.done(m.move_trashed({ count: paths.length, name: nameOf(first) }), {
          label: m.move_undo(),
          run: () => undo(ids),
        });
        gone(paths);
      });
    },
    undo: () => undo(changing.undoable),
  };
}

/** What can be done with what is chosen, by the menu of a row. */
export function rowMenu(
  deeds: Deeds,
  look: LookInto,
  open: (folder: string) => void,
  comparing: readonly MenuItem[] = [],
): MenuItem[] {
  const { selection } = look;
  const { single, paths } = selection;
  const folder = single?.kind === "folder" ? single.path : null;
  const items: MenuItem[] = [];
  if (folder !== null)
    items.push({ label: m.move_open_folder(), icon: FolderInput, run: () => open(folder) });
  items.push({ label: m.move_download(), icon: Download, run: () => deeds.download(paths) });
  items.push(...comparing);
  if (deeds.locked) return items;
  if (folder !== null)
    items.push(
      { label: m.move_upload_files(), icon: Upload, apart: true, run: () => deeds.uploadFiles(folder) },
      { label: m.move_upload_folder(), icon: FolderUp, run: () => deeds.uploadFolders(folder) },
      { label: m.move_new_folder_within(), icon: FolderPlus, run: () => deeds.makeFolder(folder) },
    );
  if (single)
    items.push({
      label: m.move_rename(),
      icon: Pencil,
      keys: "F2",
      apart: true,
      run: () => deeds.rename(single.path),
    });
  const cut = look.changing?.cut ?? [];
  items.push({
    label: m.move_cut(),
    icon: Scissors,
    keys: "Ctrl+X",
    apart: single === null,
    run: () => deeds.cut(paths),
  });
  if (folder !== null && movable(cut, folder).length > 0)
    items.push({
      label: m.move_paste_what({ count: cut.length, name: nameOf(cut[0] ?? "") }),
      icon: ClipboardPaste,
      run: () => deeds.paste(folder),
    });
  items.push({
    label: m.move_to_trash(),
    icon: TrashIcon,
    keys: "Delete",
    danger: true,
    run: () => deeds.trash(paths),
  });
  return items;
}
