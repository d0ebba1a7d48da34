import { describe, expect, it } from "vitest";
import type { ChangesState, KeptPlace } from "../../../ipc/bindings";
import { groupSaid, imageSize, keptNames, keptSaid, leftOut, measuringSaid, sizeSaid } from "./changes-view";

const plain = (text: string | null) => text?.replaceAll("\u00a0", " ") ?? null;
const state = (part: Partial<ChangesState>): ChangesState => ({
  read: 0,
  files: 3,
  size: 1000,
  unmeasured: 0,
  measured: true,
  layer: null,
  image: null,
  groups: [],
  kept: [],
  problem: null,
  ...part,
});
const place = (kept: KeptPlace["kept"], source = ""): KeptPlace => ({ target: "/work", kept, source });

describe("what the Changes tab says", () => {
  it("never claims a whole size where files are not measured", () => {
    expect(plain(sizeSaid(state({})))).toBe("1 kB");
    expect(plain(sizeSaid(state({ unmeasured: 2 })))).toBe("at least 1 kB");
    expect(plain(sizeSaid(state({ unmeasured: 2, layer: 5000 })))).toBe("5 kB");
    expect(measuringSaid(state({ measured: false, unmeasured: 2 }))).toBe("Sizes are being measured.");
    expect(measuringSaid(state({ unmeasured: 1 }))).toBe("The size of 1 file is not known.");
    expect(measuringSaid(state({ unmeasured: 2000 }))).toBe("The sizes of 2,000 files are not known.");
    expect(measuringSaid(state({}))).toBeNull();
  });
  it("estimates an image only where both parts are known", () => {
    expect(imageSize(state({ image: 10 }))).toBeNull();
    expect(imageSize(state({ image: 10, layer: 5 }))).toBe(15);
  });
  it("says of each mounted folder whether it is kept", () => {
    const all = [
      place("volume", "my-vol"),
      place("folder", "/home/anna"),
      place("nameless"),
      place("memory"),
    ];
    expect(keptNames(all)).toBe("my-vol, /home/anna");
    expect(keptNames([place("nameless")])).toBeNull();
    expect(all.map(keptSaid)).toEqual([
      "Kept in the volume my-vol",
      "Kept in the folder /home/anna",
      "Lost: its volume has no name and goes with the lab",
      "Lost: it is kept in memory, and gone when the lab stops",
    ]);
    expect(leftOut(place("volume", "my-vol"))).toBe("/work: stays in the volume my-vol");
  });
  it("counts packages before files", () => {
    const group = {
      sort: "packages",
      title: "Python packages",
      files: 1236,
      packages: 3,
      size: 388_000_000,
      measured: true,
    } as const;
    expect(plain(groupSaid(group))).toBe("3 packages, 1,236 files, 388 MB");
    expect(plain(groupSaid({ ...group, packages: 0, size: 0, measured: false }))).toBe("1,236 files");
  });
});
