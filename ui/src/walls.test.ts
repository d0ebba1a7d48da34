/* The walls of the window: who may import whom. A crossed wall fails here, with the file's name. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(process.cwd(), "src");
const sources = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter(
    (file) => /\.(ts|svelte)$/.test(file) && !file.startsWith("paraglide") && !file.endsWith(".test.ts"),
  )
  .map((file) => ({ file, text: readFileSync(join(root, file), "utf8") }));

function imports(text: string): string[] {
  return [...text.matchAll(/(?:from|import)\s*\(?\s*["']([^"']+)["']/g)].flatMap((match) => match[1] ?? []);
}
/** Where an import leads, from `src`; names of packages and aliases stay. */
function target(file: string, to: string): string {
  return to.startsWith(".") ? relative(root, join(root, file, "..", to)) : to;
}
function crossing(
  from: (file: string) => boolean,
  forbidden: (to: string, file: string) => boolean,
): string[] {
  return sources.flatMap(({ file, text }) =>
    from(file)
      ? imports(text)
          .filter((to) => forbidden(target(file, to), file))
          .map((to) => `${file} imports ${to}`)
      : [],
  );
}

describe("walls", () => {
  it("only first.ts and the generated bindings know Tauri", () => {
    const may = new Set(["ipc/first.ts", "ipc/bindings.ts"]);
    expect(
      crossing(
        (file) => !may.has(file),
        (to) => to.startsWith("@tauri-apps"),
      ),
    ).toEqual([]);
  });

  it("nothing but the start knows the sample backend, and only by fetching it", () => {
    expect(
      crossing(
        (file) => !file.startsWith("ipc/demo") && file !== "main.ts",
        (to) => to.startsWith("ipc/demo"),
      ),
    ).toEqual([]);
    expect(readFileSync(join(root, "main.ts"), "utf8")).not.toMatch(/from "\.\/ipc\/demo/);
  });

  it("the kit knows no labs", () => {
    expect(
      crossing(
        (file) => file.startsWith("kit/"),
        (to) => /^(screens|state|ipc|shell|parts)\b/.test(to),
      ),
    ).toEqual([]);
  });

  it("a screen imports no other screen", () => {
    const screen = (path: string) => /^screens\/([^/]+)/.exec(path)?.[1];
    expect(
      crossing(
        (file) => file.startsWith("screens/"),
        (to, file) => screen(to) !== undefined && screen(to) !== screen(file),
      ),
    ).toEqual([]);
  });

  it("state knows no screens", () => {
    expect(
      crossing(
        (file) => /^(state|ipc|lib)\//.test(file),
        (to) => /^(screens|shell|parts|kit)\b|^\$kit/.test(to),
      ),
    ).toEqual([]);
  });

  it("nothing writes HTML or styles as text", () => {
    const bad = /\{@html|innerHTML|outerHTML|insertAdjacentHTML|\sstyle="/;
    expect(sources.filter(({ text }) => bad.test(text)).map(({ file }) => file)).toEqual([]);
  });
});
