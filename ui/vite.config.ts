/* The window's build. Desktop web views are the only target, nothing is inlined
   into the page (the content security policy forbids it), and the sample backend
   is a chunk of its own that the desktop app never asks for. */
import { fileURLToPath } from "node:url";
import { paraglideVitePlugin } from "@inlang/paraglide-js";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { svelteTesting } from "@testing-library/svelte/vite";
import { defineConfig } from "vitest/config";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  base: "./",
  plugins: [
    paraglideVitePlugin({
      project: "./project.inlang",
      outdir: "./src/paraglide",
      strategy: ["baseLocale"],
      emitTsDeclarations: true,
    }),
    svelte(),
    svelteTesting(),
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
    modulePreload: { polyfill: false },
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
