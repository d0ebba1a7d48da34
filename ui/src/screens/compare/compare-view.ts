/* Two files side by side as rows of one long list: a line above each place that differs, and the lines of both sides. */
import type {
  Change,
  ComparedLine,
  ComparedPart,
  Comparison,
  OutputPicture,
  Place,
} from "../../ipc/bindings";
import { placeOf } from "../../parts/place-address";
import type { PlacedFile } from "../../state/compare.svelte";

export type Row =
  | { row: "part"; left: string; right: string; change: Change; outputs: boolean; cell: boolean }
  | { row: "same"; count: number }
  | { row: "line"; line: ComparedLine }
  /** Lines that are left out. */
  | { row: "cut"; count: number }
  /** What the cell put out follows; or it differs, and nothing of it can be shown. */
  | { row: "outputs"; unseen: "nothing" | "alike" | "uncompared" }
  | { row: "pictures"; left: OutputPicture | null; right: OutputPicture | null };

/** Rows that differ, the end not included. */
export interface Difference {
  from: number;
  to: number;
}
export interface Drawn {
  rows: readonly Row[];
  differences: readonly Difference[];
}

const isCell = (part: ComparedPart) => /^Cell /.test(part.leftLabel || part.rightLabel);
const isSame = (part: ComparedPart) => part.change === "same" && !part.outputsDiffer;

/** Cells that are the same are counted, not shown. */
export function drawn(found: Comparison | null): Drawn {
  const rows: Row[] = [];
  const differences: Difference[] = [];
  let same = 0;
  const rest = () => {
    if (same > 0) rows.push({ row: "same", count: same });
    same = 0;
  };
  for (const part of found?.parts ?? []) {
    if (isSame(part)) {
      same += 1;
      continue;
    }
    rest();
    const cell = isCell(part);
    const head = rows.length;
    rows.push({
      row: "part",
      left: part.leftLabel,
      right: part.rightLabel,
      change: part.change,
      outputs: part.outputsDiffer,
      cell,
    });
    // A cell whose outputs alone differ has nothing to show of its text.
    const lines = part.change === "same" ? [] : part.lines;
    add(rows, lines, part.change === "same" ? 0 : part.moreLines);
    rows.push(...outputs(part));
    if (cell) differences.push({ from: head, to: rows.length });
    else differences.push(...runs(lines, head + 1));
  }
  rest();
  return { rows, differences };
}

function add(rows: Row[], lines: readonly ComparedLine[], more: number): void {
  for (const line of lines) rows.push({ row: "line", line });
  if (more > 0) rows.push({ row: "cut", count: more });
}

/** What a cell put out, below its text. */
function outputs(part: ComparedPart): Row[] {
  if (!part.outputs?.length)
    return part.outputsDiffer ? [{ row: "outputs", unseen: part.outputs ? "alike" : "uncompared" }] : [];
  const rows: Row[] = [{ row: "outputs", unseen: "nothing" }];
  for (const output of part.outputs) {
    if (output.type === "text") add(rows, output.lines, output.moreLines);
    else rows.push({ row: "pictures", left: output.left, right: output.right });
  }
  return rows;
}

/** Where lines differ, one after the other. */
function runs(lines: readonly ComparedLine[], offset: number): Difference[] {
  const found: Difference[] = [];
  for (const [at, { change }] of lines.entries()) {
    if (change === "same") continue;
    const last = found.at(-1);
    if (last && last.to === offset + at) last.to += 1;
    else found.push({ from: offset + at, to: offset + at + 1 });
  }
  return found;
}

/** The difference to go to from this one; at the ends it begins again at the other. */
export function step(now: number | null, count: number, by: 1 | -1): number | null {
  if (count === 0) return null;
  if (now === null) return by === 1 ? 0 : count - 1;
  return (now + by + count) % count;
}

type Options = Readonly<Record<string, string>>;

function fileOf(path: string | undefined, volume: string | undefined, folder: string | undefined) {
  const place = placeOf(volume ?? null, folder);
  return place && path ? { place, path } : null;
}
/** The two files that an address names; `null` where it does not. */
export function filesOf(options: Options): [PlacedFile, PlacedFile] | null {
  const left = fileOf(options.left, options.leftVolume, options.leftFolder);
  const right = fileOf(options.right, options.rightVolume, options.rightFolder);
  return left && right ? [left, right] : null;
}

/** What a place is called, as one reads it. */
export const placeName = (place: Place): string => (place.kind === "volume" ? place.name : place.path);
