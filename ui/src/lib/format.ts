/* How sizes, times and durations are said, in one voice for all screens.
   Sizes are decimal (1 GB = 1,000,000,000 bytes), as Docker prints them. */

const UNITS = ["bytes", "kB", "MB", "GB", "TB", "PB"] as const;
const SPACE = "\u00a0";

/** "640 MB", "2.4 GB", "820 bytes"; one decimal below 10 and from GB up. */
export function size(bytes: number): string {
  const { value, unit } = sizeParts(bytes);
  return `${value}${SPACE}${unit}`;
}

/** The number and the unit apart, for the big numbers of a page. `like` keeps the unit of another size. */
export function sizeParts(bytes: number, like?: number): { value: string; unit: string } {
  const scale = Math.max(0, like ?? bytes);
  let step = 0;
  while (step < UNITS.length - 1 && scale / 1000 ** step >= 999.5) step += 1;
  const amount = Math.max(0, bytes) / 1000 ** step;
  const digits = step >= 3 ? (amount < 100 ? 1 : 0) : step === 2 && amount < 10 ? 1 : 0;
  return {
    value: decimal(amount, digits),
    unit: step === 0 && bytes === 1 ? "byte" : (UNITS[step] ?? "bytes"),
  };
}

/** "1.29 of 1.94 GB": both in the unit of the whole. */
export function sizeOf(done: number, whole: number): string {
  const total = sizeParts(whole);
  return `${sizeParts(done, whole).value} of ${total.value}${SPACE}${total.unit}`;
}

let names: Intl.Collator | undefined;
/** Which of two names comes first: as people count, `lab-2` before `lab-10`. */
export function byName(one: string, two: string): number {
  // Comparing with options makes a new collator each time, which is most of the cost of sorting a long list.
  names ??= new Intl.Collator("en", { numeric: true });
  return names.compare(one, two);
}

const numbers = new Map<number, Intl.NumberFormat>();
/** A number with thousands separators and at most `digits` decimals; "3.0" is written "3". */
export function decimal(value: number, digits = 0): string {
  // The counts of the first screen need no format, whose making takes longer than drawing a card.
  if (Number.isInteger(value) && value >= 0 && value < 1000) return String(value);
  let format = numbers.get(digits);
  if (!format) {
    format = new Intl.NumberFormat("en", { maximumFractionDigits: digits });
    numbers.set(digits, format);
  }
  return format.format(value);
}

/** A share of one as "12%". */
export function percent(share: number): string {
  return `${decimal(share * 100, share > 0 && share < 0.01 ? 1 : 0)}%`;
}

/** "18 s", "1 min 42 s", "3 h 12 min", "2 days". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole}${SPACE}s`;
  if (whole < 3600) return join(Math.floor(whole / 60), "min", whole % 60, "s");
  if (whole < 86_400) return join(Math.floor(whole / 3600), "h", Math.floor((whole % 3600) / 60), "min");
  const days = Math.floor(whole / 86_400);
  return days === 1 ? `1${SPACE}day` : `${days}${SPACE}days`;
}

/** The largest unit only: "42 s", "41 min", "3 h", "2 days". For cards and columns. */
export function durationShort(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole}${SPACE}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}${SPACE}min`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)}${SPACE}h`;
  return duration(whole);
}

function join(first: number, firstUnit: string, second: number, secondUnit: string): string {
  const head = `${first}${SPACE}${firstUnit}`;
  return second === 0 ? head : `${head} ${second}${SPACE}${secondUnit}`;
}

/* Made when they are first needed: they take longer to make than all else that is read at the start. */
let dayMonth: Intl.DateTimeFormat | undefined;
let full: Intl.DateTimeFormat | undefined;

const two = (value: number): string => String(value).padStart(2, "0");
const clock = (when: Date): string => `${two(when.getHours())}:${two(when.getMinutes())}`;

/** "today at 15:07", "yesterday at 17:42", "18 October", "2 March 2024". */
export function moment(when: Date, now: Date = new Date()): string {
  const days = daysBetween(when, now);
  if (days === 0) return `today at ${clock(when)}`;
  if (days === 1) return `yesterday at ${clock(when)}`;
  if (when.getFullYear() === now.getFullYear()) {
    dayMonth ??= new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long" });
    return dayMonth.format(when);
  }
  full ??= new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric" });
  return full.format(when);
}

/** To the minute, where a column says less: "2 March 2024, 14:02". */
export function exactly(when: Date): string {
  full ??= new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric" });
  return `${full.format(when)}, ${clock(when)}`;
}

/** How long ago, in the coarsest unit that is true: "just now", "5 min", "3 weeks", "2 years". */
export function ago(when: Date, now: Date = new Date()): string {
  const seconds = (now.getTime() - when.getTime()) / 1000;
  if (seconds < 60) return "just now";
  const days = Math.floor(seconds / 86_400);
  if (days < 1) return durationShort(seconds);
  const [amount, unit] =
    days < 14
      ? [days, "day"]
      : days < 60
        ? [Math.floor(days / 7), "week"]
        : days < 730
          ? [Math.floor(days / 30.4), "month"]
          : [Math.floor(days / 365.25), "year"];
  return `${amount}${SPACE}${unit}${amount === 1 ? "" : "s"}`;
}

/** The time of a log line: "14:02:11.204". */
export function logTime(when: Date): string {
  return `${clock(when)}:${two(when.getSeconds())}.${String(when.getMilliseconds()).padStart(3, "0")}`;
}

function daysBetween(earlier: Date, later: Date): number {
  const midnight = (at: Date) => new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
  return Math.round((midnight(later) - midnight(earlier)) / 86_400_000);
}
