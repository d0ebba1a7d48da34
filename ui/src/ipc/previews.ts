/* What may be asked of files that are looked at: one topic of the backend, and its desktop face. */
import { ask, tell } from "./ask";
import {
  type CellPage,
  type Comparison,
  commands,
  type LinePage,
  type Preview,
  type RowPage,
} from "./bindings";

export interface Previews {
  /** Opens a file in the place of the one looked at before. */
  openPreview(place: number, path: string): Promise<Preview>;
  previewCells(preview: number, from: number, count: number): Promise<CellPage>;
  /** All lines of an output that is shown by its beginning. */
  previewOutput(preview: number, cell: number, output: number): Promise<LinePage>;
  previewRows(preview: number, sheet: number, from: number, count: number): Promise<RowPage>;
  previewLines(preview: number, from: number, count: number): Promise<LinePage>;
  previewHex(preview: number, from: number, count: number): Promise<LinePage>;
  /** PNG or JPEG, checked. */
  previewPicture(preview: number, key: string): Promise<ArrayBuffer>;
  previewBytes(preview: number, from: number, count: number): Promise<ArrayBuffer>;
  compareFiles(leftPlace: number, left: string, rightPlace: number, right: string): Promise<Comparison>;
  /** Opens a web address that stands in a document; the person has seen it. */
  openAddress(address: string): Promise<void>;
}

export const previews: Previews = {
  openPreview: (place, path) => ask(commands.openPreview(place, path)),
  previewCells: (preview, from, count) => ask(commands.previewCells(preview, from, count)),
  previewOutput: (preview, cell, output) => ask(commands.previewOutput(preview, cell, output)),
  previewRows: (preview, sheet, from, count) => ask(commands.previewRows(preview, sheet, from, count)),
  previewLines: (preview, from, count) => ask(commands.previewLines(preview, from, count)),
  previewHex: (preview, from, count) => ask(commands.previewHex(preview, from, count)),
  previewPicture: (preview, key) => ask(commands.previewPicture(preview, key)),
  previewBytes: (preview, from, count) => ask(commands.previewBytes(preview, from, count)),
  compareFiles: (leftPlace, left, rightPlace, right) =>
    ask(commands.compareFiles(leftPlace, left, rightPlace, right)),
  openAddress: (address) => tell(commands.openAddress(address)),
};
