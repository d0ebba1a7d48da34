import { describe, expect, it } from "vitest";
import {
  ago,
  byName,
  duration,
  durationShort,
  exactly,
  logTime,
  moment,
  percent,
  size,
  sizeOf,
  sizeParts,
} from "./format";

const plain = (text: string) => text.replaceAll("\u00a0", " ");

describe("sizes", () => {
  it.each([
    [0, "0 bytes"],
    [1, "1 byte"],
    [820, "820 bytes"],
    [13_300, "13 kB"],
    [999_600, "1 MB"],
    [2_400_000, "2.4 MB"],
    [86_000_000, "86 MB"],
    [640_200_000, "640 MB"],
    [999_700_000, "1 GB"],
    [2_440_000_000, "2.4 GB"],
    [84_000_000_000, "84 GB"],
    [256_300_000_000, "256 GB"],
    [-5, "0 bytes"],
  ])("%i is written %s", (bytes, text) => expect(plain(size(bytes))).toBe(text));

  it("keeps the unit of the whole, so that a bar and its numbers agree", () => {
    expect(plain(sizeOf(288_000_000, 356_000_000))).toBe("288 of 356 MB");
    expect(plain(sizeOf(300_000_000, 1_940_000_000))).toBe("0.3 of 1.9 GB");
    expect(sizeParts(2_100_000_000, 8_000_000_000)).toEqual({ value: "2.1", unit: "GB" });
  });
});

describe("times", () => {
  it.each([
    [0, "0 s", "0 s"],
    [18.9, "18 s", "18 s"],
    [60, "1 min", "1 min"],
    [102, "1 min 42 s", "1 min"],
    [11_520, "3 h 12 min", "3 h"],
    [86_400, "1 day", "1 day"],
    [200_000, "2 days", "2 days"],
    [-3, "0 s", "0 s"],
  ])("%d seconds are %s, in short %s", (seconds, long, short) => {
    expect(plain(duration(seconds))).toBe(long);
    expect(plain(durationShort(seconds))).toBe(short);
  });

  const now = new Date(2026, 10, 20, 15, 30);
  it("names today and yesterday, else the date", () => {
    expect(moment(new Date(2026, 10, 20, 9, 5), now)).toBe("today at 09:05");
    expect(moment(new Date(2026, 10, 19, 23, 59), now)).toBe("yesterday at 23:59");
    expect(moment(new Date(2026, 9, 18), now)).toBe("18 October");
    expect(moment(new Date(2024, 2, 2), now)).toBe("2 March 2024");
    expect(exactly(new Date(2024, 2, 2, 7, 5))).toBe("2 March 2024, 07:05");
  });

  it("says ages in the coarsest true unit", () => {
    const daysAgo = (days: number) => plain(ago(new Date(now.getTime() - days * 86_400_000), now));
    expect(daysAgo(0.0001)).toBe("just now");
    expect(daysAgo(0.5)).toBe("12 h");
    expect(daysAgo(1)).toBe("1 day");
    expect(daysAgo(21)).toBe("3 weeks");
    expect(daysAgo(90)).toBe("2 months");
    expect(daysAgo(800)).toBe("2 years");
  });

  it("writes log times with milliseconds", () => {
    expect(logTime(new Date(2026, 0, 1, 14, 2, 11, 4))).toBe("14:02:11.004");
  });

  it("writes a small share with a decimal, so that it is not nothing", () => {
    expect(percent(0.004)).toBe("0.4%");
    expect(percent(0.12)).toBe("12%");
    expect(percent(0)).toBe("0%");
  });

  it("sorts names as people count", () => {
    expect(["lab-10", "Lab-9", "b", "lab-2"].sort(byName)).toEqual(["b", "lab-2", "Lab-9", "lab-10"]);
  });
});
