/* What a preview says about a file, computed from what is known of it. */
import type {
  Column,
  ContainerRow,
  Entry,
  FileSort,
  LabCard,
  Line,
  Place,
  Preview,
} from "../../../ipc/bindings";
import { LARGEST } from "../../../state/editing.svelte";

/** The data colour of a kind of file, as in the treemap. */
const TINTS: Record<FileSort, number> = {
  notebooks: 1,
  pictures: 1,
  tables: 5,
  databases: 5,
  models: 6,
  settings: 3,
  code: 2,
  documents: 7,
  archives: 7,
  logs: 7,
  other: 7,
};
export const tintOf = (sort: FileSort): string => `pv-tint--${TINTS[sort]}`;

/** True where the folder's row is newer than what the preview was made from. */
export function overtaken(preview: Preview, entry: Entry | null): boolean {
  if (!entry || entry.path !== preview.path || entry.kind !== "file") return false;
  const [seen, now] = [preview.changed ?? 0, entry.changed ?? 0];
  return now > seen || (now === seen && entry.size !== null && entry.size !== preview.size);
}

/** Small texts: also those that are shown as a table or a document. What cannot be written back as it was is refused
 *  when it is read. */
export function mayBeEdited({ body, name, size }: Preview): boolean {
  if (body.type === "text") return body.editable;
  const text =
    body.type === "document" ||
    body.type === "empty" ||
    (body.type === "table" && /\.(csv|tsv|txt)$/i.test(name));
  return text && size <= LARGEST;
}

/** Running labs that see this place, and can be opened. */
export function labsSeeing(
  place: Place,
  containers: readonly ContainerRow[],
  labOf: ReadonlyMap<string, LabCard>,
): LabCard[] {
  const sees = (container: ContainerRow) =>
    container.mounts.some((mount) =>
      place.kind === "volume"
        ? mount.kind === "volume" && mount.source === place.name
        : mount.kind === "bind" && mount.source === place.path,
    );
  return containers.flatMap((container) => {
    const lab = labOf.get(container.id);
    return lab && lab.state === "running" && lab.addresses.length > 0 && sees(container) ? [lab] : [];
  });
}

export const textOf = (line: Line): string => line.spans.map((span) => span.text).join("");

const CHARACTER = 7.4;
const NARROWEST = 56;
const WIDEST = 320;
const ROOM = 26;

/** Widths of columns in pixels, guessed from their names and the first rows. */
export function columnWidths(
  columns: readonly Column[],
  rows: readonly (readonly (string | null)[])[],
): number[] {
  return columns.map((column, at) => {
    let longest = Math.max(column.name.length, column.kind.length * 0.9);
    for (const row of rows) longest = Math.max(longest, row[at]?.length ?? 4);
    return Math.round(Math.min(WIDEST, Math.max(NARROWEST, longest * CHARACTER + ROOM)));
  });
}

/** Where each column begins; the last number is the width of all. */
export function columnStarts(widths: readonly number[]): number[] {
  const starts = [0];
  for (const width of widths) starts.push((starts.at(-1) ?? 0) + width);
  return starts;
}

/** Columns that touch the view, the end not included, with one more on either side. */
export function columnsInView(
  starts: readonly number[],
  left: number,
  width: number,
): { from: number; to: number } {
  const count = starts.length - 1;
  let from = 0;
  while (from < count && (starts[from + 1] ?? 0) <= left) from += 1;
  let to = from;
  while (to < count && (starts[to] ?? 0) < left + width) to += 1;
  return { from: Math.max(0, from - 1), to: Math.min(count, to + 1) };
}

/** An address as it may be opened: http and https, nothing else. */
export function opensInBrowser(address: string): boolean {
  return /^https?:\/\/[^\s/]/i.test(address);
}
