import { describe, expect, it, vi } from "vitest";
import type { Backend, Receive } from "../ipc/backend";
import type { SearchHit, SearchQuery, SearchState } from "../ipc/bindings";
import { Search } from "./place.svelte";

const hit = (name: string) => ({ path: name, name }) as SearchHit;
const query = (text: string): SearchQuery => ({
  folder: "",
  text,
  within: "names",
  case: false,
  pattern: false,
  hidden: false,
});
const state = (hits: number, done = false): SearchState => ({
  hits,
  files: hits,
  bytes: 0,
  done,
  capped: false,
  problem: null,
});
const settled = () => new Promise((done) => setTimeout(done));

/** A backend whose hits are read when the test says so. */
function searching() {
  const streams: Receive<SearchState>[] = [];
  const reads: ((hits: SearchHit[]) => void)[] = [];
  const close = vi.fn();
  const backend = {
    openSearch: async (_: number, __: SearchQuery, receive: Receive<SearchState>) => {
      streams.push(receive);
      return { acknowledge: () => undefined, position: async () => 1, close };
    },
    readHits: () => new Promise<SearchHit[]>((done) => reads.push(done)),
  } as unknown as Backend;
  return { search: new Search(backend, 1), streams, reads, close };
}

describe("a search", () => {
  it("takes its hits as they are found", async () => {
    const { search, streams, reads } = searching();
    search.start(query("a"));
    await settled();
    streams[0]?.({ number: 1, payload: state(1) });
    reads[0]?.([hit("a1")]);
    await settled();
    expect(search.hits.map((one) => one.name)).toEqual(["a1"]);
    expect(search.running).toBe(true);
    streams[0]?.({ number: 2, payload: state(2, true) });
    reads[1]?.([hit("a2")]);
    await settled();
    expect(search.hits.map((one) => one.name)).toEqual(["a1", "a2"]);
    expect(search.running).toBe(false);
    search.clear();
  });
  it("that is stopped keeps what was found, and is not waited for any more", async () => {
    const { search, streams, reads, close } = searching();
    search.start(query("a"));
    await settled();
    streams[0]?.({ number: 1, payload: state(1) });
    reads[0]?.([hit("a1")]);
    await settled();
    search.stop();
    expect(close).toHaveBeenCalled();
    expect([search.running, search.stopped]).toEqual([false, true]);
    expect(search.hits.map((one) => one.name)).toEqual(["a1"]);
    search.start(query("b"));
    expect([search.running, search.stopped]).toEqual([true, false]);
    search.clear();
    expect([search.running, search.stopped]).toEqual([false, false]);
  });
  it("begun while another is read shows its own hits only", async () => {
    const { search, streams, reads, close } = searching();
    search.start(query("a"));
    await settled();
    streams[0]?.({ number: 1, payload: state(1) });
    search.start(query("b"));
    await settled();
    expect(close).toHaveBeenCalled();
    streams[1]?.({ number: 1, payload: state(1, true) });
    reads[0]?.([hit("a1")]);
    await settled();
    expect(search.hits).toEqual([]);
    reads[1]?.([hit("b1")]);
    await settled();
    expect(search.hits.map((one) => one.name)).toEqual(["b1"]);
    search.clear();
  });
});
