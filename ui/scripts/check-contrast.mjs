// Checks tokens.css: every text/background pair the components use must reach
// WCAG 2.2 AA (4.5:1 for text, 3:1 for marks and data), in light and in dark,
// and the two dark blocks must be identical. Run: node check-contrast.mjs [-v]
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const say = (text) => process.stdout.write(`${text}\n`);
const css = readFileSync(fileURLToPath(new URL("../src/style/tokens.css", import.meta.url)), "utf8");
const verbose = process.argv.includes("-v");

const decls = (block) =>
  Object.fromEntries([...block.matchAll(/(--[\w-]+):\s*([^;]+);/g)].map((m) => [m[1], m[2].trim()]));
const block = (start) => {
  const at = css.indexOf(start);
  if (at < 0) throw new Error(`no block ${start}`);
  const open = css.indexOf("{", at + start.length - 1);
  return css.slice(open, css.indexOf("}", open));
};
const light = decls(block('[data-theme="light"] {'));
const media = decls(block(':root:not([data-theme="light"]) {'));
const dark = decls(block('\n[data-theme="dark"] {'));

let failed = 0;
const fail = (text) => {
  failed++;
  say(`FAIL  ${text}`);
};

const names = new Set([...Object.keys(light), ...Object.keys(media), ...Object.keys(dark)]);
for (const name of names) {
  if (media[name] !== dark[name]) fail(`${name}: the two dark blocks differ`);
  if (!(name in light)) fail(`${name}: missing in light`);
  if (!(name in dark)) fail(`${name}: missing in dark`);
}

const parse = (value) => {
  const hex = value.match(/^#([0-9a-f]{6})$/i);
  if (hex) return [0, 2, 4].map((i) => parseInt(hex[1].slice(i, i + 2), 16)).concat(1);
  const rgba = value.match(/^rgba\(([^)]+)\)$/);
  if (rgba) return rgba[1].split(",").map(Number);
  throw new Error(`cannot read colour ${value}`);
};
const over = (top, base) => [0, 1, 2].map((i) => top[i] * top[3] + base[i] * (1 - top[3])).concat(1);
const lum = ([r, g, b]) => {
  const f = (v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b);
};
const ratio = (a, b) => {
  const [x, y] = [lum(a), lum(b)].sort((p, q) => q - p);
  return (x + 0.05) / (y + 0.05);
};

const surfaces = ["bg-canvas", "bg-sheet", "bg-card", "bg-raised", "bg-sunken", "bg-field"];
const pairs = []; // [foreground, background stack (bottom first), minimum]
const text = (fg, ...bg) => pairs.push([fg, bg, 4.5]);
const mark = (fg, ...bg) => pairs.push([fg, bg, 3]);

for (const s of surfaces) {
  for (const t of [
    "text",
    "text-2",
    "text-3",
    "accent-text",
    "ok-text",
    "busy-text",
    "warn-text",
    "danger-text",
    "idle-text",
  ])
    text(t, s);
  for (const t of ["text", "text-2", "text-3"]) text(t, s, "bg-hover");
  for (const t of ["text", "text-2"]) text(t, s, "bg-active");
}
for (const m of ["line-mark", "accent", "focus", "danger", "warn", "ok", "busy", "idle"])
  for (const s of ["bg-sheet", "bg-card", "bg-field"]) mark(m, s);
for (const k of ["ok", "busy", "warn", "danger", "idle"]) {
  text(`${k}-text`, `${k}-soft`);
  text("text", `${k}-soft`);
  text("text-2", `${k}-soft`);
}
for (const t of ["text", "text-2", "text-3", "accent-text"])
  for (const s of ["accent-soft", "accent-softer", "bg-selected", "bg-nav-on"]) text(t, s);
for (const t of ["text", "text-2"]) text(t, "bg-selected", "bg-hover");
text("accent-on", "accent");
text("accent-on", "accent-hover");
text("accent-on", "accent-active");
text("danger-on", "danger");
text("danger-on", "danger-hover");
text("text-inverse", "bg-inverse");
for (const c of ["code-text", "code-key", "code-str", "code-num", "code-fn", "code-dim"])
  for (const s of ["code-bg", "bg-card", "bg-sunken"]) text(c, s);
for (let i = 1; i <= 8; i++) {
  mark(`viz-${i}`, "bg-card");
  mark(`viz-${i}`, "bg-sheet");
  text("text", `viz-${i}-soft`);
  text("text-2", `viz-${i}-soft`);
}

text("viz-2-text", "viz-2-soft");
text("viz-6-text", "viz-6-soft");
text("viz-6-text", "viz-8-soft");
text("accent-text", "viz-1-soft");
text("warn-text", "viz-3-soft");
text("danger-text", "viz-4-soft");
text("ok-text", "viz-5-soft");
text("accent-on", "accent", "accent-key");

const low = { light: 99, dark: 99 };
for (const [label, theme] of [
  ["light", light],
  ["dark", dark],
]) {
  const get = (name) =>
    parse(
      theme[`--${name}`] ??
        (() => {
          throw new Error(name);
        })(),
    );
  for (const [fg, stack, min] of pairs) {
    const bg = stack.map(get).reduce((base, layer) => over(layer, base));
    const r = ratio(over(get(fg), bg), bg);
    if (min === 4.5) low[label] = Math.min(low[label], r);
    const line = `${label.padEnd(5)} ${fg} on ${stack.join(" + ")}: ${r.toFixed(2)} (needs ${min})`;
    if (r < min) fail(line);
    else if (verbose) say(`ok    ${line}`);
  }
}
say(
  failed
    ? `${failed} problem(s)`
    : `All ${pairs.length * 2} pairs pass; lowest text contrast ${low.light.toFixed(2)} light, ${low.dark.toFixed(2)} dark. Dark blocks are identical.`,
);
process.exit(failed ? 1 : 0);
