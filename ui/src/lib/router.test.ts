import { describe, expect, it } from "vitest";
import { link, parseRoute } from "./router.svelte";

describe("routes", () => {
  it("opens the labs where the address says nothing or nonsense", () => {
    for (const hash of ["", "#", "#/", "#/nowhere/at-all"]) expect(parseRoute(hash).page).toBe("labs");
  });

  it("reads page, part and options", () => {
    expect(parseRoute("#/lab/ai-lab")).toEqual({ page: "lab", part: "ai-lab", options: {} });
    expect(parseRoute("#/wizard?recipe=ai-lab&image=exasol%2Fai-lab%3A6.0.0")).toEqual({
      page: "wizard",
      part: null,
      options: { recipe: "ai-lab", image: "exasol/ai-lab:6.0.0" },
    });
  });

  it("survives what it is given: odd names come back as they went in", () => {
    const name = "my lab/ü?&#%";
    expect(parseRoute(link("lab", name)).part).toBe(name);
    expect(parseRoute(link("images", null, { find: name })).options.find).toBe(name);
    expect(parseRoute("#/lab/%E0%A4%A").part).toBe("%E0%A4%A");
  });

  it("leaves out options that are not set", () => {
    expect(link("wizard", null, { recipe: undefined, image: null })).toBe("#/wizard");
  });
});
