/* The window's build. Desktop web views are the only target, nothing is inlined
   into the page (the content security policy forbids it), and the sample backend
   is a chunk of its own that the desktop app never asks for. */
import { fileURLToPath } from "node:url";
import { paraglideVitePlugin } from "@inlang/paraglide-js";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { svelteTesting } from "@testing-library/svelte/vite";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const START = at("./src/main.ts");
const WINDOW = at("./src/window.ts");

type Graph = { getModuleInfo(id: string): { importedIds: readonly string[] } | null };

/** Every module that is read when this one is: those reached by imports that do not wait. */
function reached(from: string, graph: Graph): Set<string> {
  const all = new Set([from]);
  for (const id of all) for (const next of graph.getModuleInfo(id)?.importedIds ?? []) all.add(next);
  return all;
}

/** One script for the start, one for the window; what only later screens need is left to them. */
function scripts(): (id: string, graph: Graph) => string | null {
  let parts: Record<"start" | "window", Set<string>> | undefined;
  return (id, graph) => {
    parts ??= { start: reached(START, graph), window: reached(WINDOW, graph) };
    if (parts.start.has(id)) return "start";
    return parts.window.has(id) ? "window" : null;
  };
}

/** The page itself asks for the window's script, so that it does not wait for the start's. */
function windowBesideStart(): Plugin {
  return {
    name: "window-beside-start",
    transformIndexHtml: {
      order: "post",
      handler: (_html, { bundle }) =>
        Object.values(bundle ?? {})
          .filter(
            (file) => file.type === "chunk" && (file.name === "window" || file.facadeModuleId === WINDOW),
          )
          .map(({ fileName }) => ({
            tag: "link",
            attrs: { rel: "modulepreload", crossorigin: true, href: `./${fileName}` },
          })),
    },
  };
}

export default defineConfig({
  base: "./",
  plugins: [
    paraglideVitePlugin({
      project: "./project.inlang",
      outdir: "./src/paraglide",
      strategy: ["baseLocale"],
      // One language: no message has to find out which.
      experimentalStaticLocale: '"en"',
      emitTsDeclarations: true,
    }),
    svelte(),
    svelteTesting(),
    windowBesideStart(),
  ],
  resolve: {
    alias: {
      $kit: at("./src/kit/index.ts"),
      $m: at("./src/paraglide/messages.js"),
      $lib: at("./src/lib"),
    },
  },
  build: {
    target: "safari15",
    assetsInlineLimit: 0,
    modulePreload: false,
    cssCodeSplit: false,
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: scripts() }] } } },
    reportCompressedSize: false,
  },
  server: { port: 5173, strictPort: true },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.ts"],
    setupFiles: ["./src/lib/testing.ts"],
    restoreMocks: true,
  },
});
