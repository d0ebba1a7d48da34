/* The colours of code and output. */
import type { Ink } from "../ipc/bindings";

const INKS: Record<Ink, string | null> = {
  plain: null,
  keyword: "tok-k",
  text: "tok-s",
  number: "tok-n",
  comment: "tok-c",
  name: "tok-f",
  type: "tok-k",
  operator: null,
  key: "tok-f",
  good: "ink-good",
  bad: "ink-bad",
  warning: "ink-warning",
  accent: "ink-accent",
  faint: "tok-c",
};
export const inkOf = (ink: Ink): string | null => INKS[ink];
