/* The data colour of each sort of file, the same wherever files are counted; several sorts share one. */
import type { FileSort } from "../ipc/bindings";

const TINTS: Record<FileSort, number> = {
  notebooks: 1,
  code: 2,
  settings: 3,
  tables: 5,
  databases: 5,
  models: 6,
  pictures: 8,
  documents: 7,
  archives: 7,
  logs: 7,
  other: 7,
};
export const fileTint = (sort: FileSort): number => TINTS[sort];
