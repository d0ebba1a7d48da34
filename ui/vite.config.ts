/* The window's build. Desktop web views are the only target, nothing is inlined
   into the page (the content security policy forbids it), and the sample backend
   is a chunk of its own that the desktop app never asks for. */
import { readFileSync } from "node:fs";
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

/** What the start needs is one script, so that it is asked for at once; the rest is laid out by who uses it. */
function startScript(): (id: string, graph: Graph) => string | null {
  let start: Set<string> | undefined;
  return (id, graph) => {
    start ??= reached(START, graph);
    return start.has(id) ? "start" : null;
  };
}

/** The page itself asks for the scripts of the window, so that none waits for another. Their styles have to be among those of
    the start: the window's script would wait for a sheet of its own. */
function windowBesideStart(): Plugin {
  return {
    name: "window-beside-start",
    transformIndexHtml: {
      order: "post",
      handler: (html, { bundle = {} }) => {
        const chunk = (name: string) => {
          const file = bundle[name];
          return file?.type === "chunk" ? file : null;
        };
        const needed = new Set(Object.keys(bundle).filter((name) => chunk(name)?.facadeModuleId === WINDOW));
        for (const name of needed) for (const next of chunk(name)?.imports ?? []) needed.add(next);
        for (const name of needed) {
          const sheets = [...(chunk(name)?.viteMetadata?.importedCss ?? [])].filter(
            (sheet) => !html.includes(sheet),
          );
          if (sheets.length > 0)
            throw new Error(`${name} waits for ${sheets.join(", ")}: import it in main.ts`);
        }
        return [...needed]
          .filter((name) => !html.includes(name))
          .map((name) => ({
            tag: "link",
            attrs: { rel: "modulepreload", crossorigin: true, href: `./${name}` },
          }));
      },
    },
  };
}

/** Lucide's icons as the plain shapes that they are. As they come, each works out its attributes and makes its
    lines one by one when it is drawn, which was a large part of the work of the first picture. */
function plainIcons(): Plugin {
  return {
    name: "plain-icons",
    enforce: "pre",
    load(id) {
      if (!/@lucide\/svelte\/dist\/icons\/[\w-]+\.svelte$/.test(id)) return null;
      const data = /const iconData = (\{.*\});/.exec(readFileSync(id, "utf8"))?.[1];
      if (!data) return this.error(`${id} is written in a way that is not known here`);
      const { node } = JSON.parse(data) as { node: [string, Record<string, string>][] };
      const shapes = node.map(([tag, attributes]) => {
        const written = Object.entries(attributes).filter(([name]) => name !== "key");
        return `<${[tag, ...written.map(([name, value]) => `${name}="${value}"`)].join(" ")} />`;
      });
      return `<script>let { class: classes = "icon" } = $props();</script>
<svg class={classes} viewBox="0 0 24 24" aria-hidden="true">${shapes.join("")}</svg>`;
    },
  };
}

/** xterm.js gives one of its objects a `toString` by assigning it, which the window's frozen prototype forbids. */
function ownToString(): Plugin {
  return {
    name: "own-to-string",
    enforce: "pre",
    transform(code, id) {
      if (!/@xterm\/xterm\/lib\/xterm\.mjs$/.test(id)) return null;
      const assigned = /(\w+)\.toString=(\w+);/g;
      if (!assigned.test(code)) return this.error(`${id} is written in a way that is not known here`);
      return {
        code: code.replaceAll(assigned, 'Object.defineProperty($1,"toString",{value:$2});'),
        map: null,
      };
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
    plainIcons(),
    ownToString(),
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
    target: "safari16.4",
    assetsInlineLimit: 0,
    modulePreload: false,
    rolldownOptions: {
      // What a screen does not use of the kit is not read with it.
      treeshake: { moduleSideEffects: [{ test: /\/src\/kit\//, sideEffects: false }] },
      output: { codeSplitting: { groups: [{ name: startScript() }] } },
    },
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
