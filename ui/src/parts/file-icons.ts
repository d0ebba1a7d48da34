/* The sign of each sort of file, the same wherever files are listed. */
import Archive from "@lucide/svelte/icons/archive";
import Box from "@lucide/svelte/icons/box";
import Database from "@lucide/svelte/icons/database";
import File from "@lucide/svelte/icons/file";
import FileCode from "@lucide/svelte/icons/file-code";
import FileSpreadsheet from "@lucide/svelte/icons/file-spreadsheet";
import FileText from "@lucide/svelte/icons/file-text";
import Image from "@lucide/svelte/icons/image";
import NotebookText from "@lucide/svelte/icons/notebook-text";
import ScrollText from "@lucide/svelte/icons/scroll-text";
import Settings from "@lucide/svelte/icons/settings-2";
import type { Component } from "svelte";
import type { FileSort } from "../ipc/bindings";

const ICONS: Record<FileSort, Component> = {
  notebooks: NotebookText,
  tables: FileSpreadsheet,
  models: Box,
  code: FileCode,
  settings: Settings,
  databases: Database,
  documents: FileText,
  pictures: Image,
  archives: Archive,
  logs: ScrollText,
  other: File,
};
export const iconOf = (sort: FileSort): Component => ICONS[sort];
