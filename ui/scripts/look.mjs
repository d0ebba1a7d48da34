/* Looks at the built window in headless Chromium with the sample backend: pictures of every state in light and dark
   and at the smallest size, and an accessibility check (axe) of each. Needs `chromium` and a build.

   node scripts/look.mjs [--to folder] [--only text]   # fails where axe finds anything */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { STATES } from "./states.mjs";

const { values: options } = parseArgs({ options: { to: { type: "string" }, only: { type: "string" } } });
const ui = fileURLToPath(new URL("..", import.meta.url));
const to = options.to ?? join(ui, "dist-pictures");
const axeSource = readFileSync(join(ui, "node_modules/axe-core/axe.min.js"), "utf8");
const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};
const POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; object-src 'none'; base-uri 'none'";

/** Serves the build with the desktop app's content security policy. */
function serve() {
  const server = createServer((request, response) => {
    const path = new URL(request.url, "http://x").pathname;
    try {
      const file = readFileSync(join(ui, "dist", path === "/" ? "index.html" : path));
      response.writeHead(200, {
        "content-type": TYPES[extname(path)] ?? "text/html",
        "content-security-policy": POLICY,
      });
      response.end(file);
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((done) => server.listen(0, "127.0.0.1", () => done(server)));
}

/** A Chromium driven over a pipe. */
function browse(profile) {
  const flags = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    `--user-data-dir=${profile}`,
    "--remote-debugging-pipe",
  ];
  const child = spawn("chromium", flags, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
  const [, , , input, output] = child.stdio;
  const waiting = new Map();
  const heard = [];
  let last = 0;
  let rest = "";
  output.setEncoding("utf8");
  output.on("data", (chunk) => {
    rest += chunk;
    const messages = rest.split("\0");
    rest = messages.pop();
    for (const text of messages) {
      const message = JSON.parse(text);
      const entry = waiting.get(message.id);
      if (!entry) heard.push(message);
      else if (message.error) entry.fail(new Error(message.error.message));
      else entry.done(message.result);
      waiting.delete(message.id);
    }
  });
  const call = (method, params = {}, sessionId) =>
    new Promise((done, fail) => {
      last += 1;
      waiting.set(last, { done, fail });
      input.write(`${JSON.stringify({ id: last, method, params, sessionId })}\0`);
    });
  return { child, call, heard };
}

/** Runs in the page: what axe finds, one line each. */
async function axeFindings() {
  const { violations } = await globalThis.axe.run({ resultTypes: ["violations"] });
  return violations.map(({ impact, id, nodes }) => {
    const where = nodes.slice(0, 4).map((node) => `${node.target.join(" ")} ${node.any[0]?.message ?? ""}`);
    return `${impact} ${id}: ${where.join(" | ")}`;
  });
}

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

const server = await serve();
const profile = mkdtempSync(join(tmpdir(), "slipway-look-"));
const { child, call, heard } = browse(profile);
mkdirSync(to, { recursive: true });
let findings = 0;
try {
  const { targetId } = await call("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await call("Target.attachToTarget", { targetId, flatten: true });
  const page = (method, params) => call(method, params, sessionId);
  const run = async (expression) => {
    const { result, exceptionDetails } = await page("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };
  await page("Page.enable");
  await page("Emulation.setScrollbarsHidden", { hidden: false });
  await page("Runtime.enable");
  await page("Log.enable");
  for (const state of STATES) {
    for (const look of ["light", "dark", "small"]) {
      const name = `${state.name}-${look === "small" ? "900x600-light" : look}`;
      if (options.only && !name.includes(options.only)) continue;
      const size = look === "small" ? { width: 900, height: 600 } : { width: 1280, height: 800 };
      heard.length = 0;
      await page("Emulation.setDeviceMetricsOverride", { ...size, deviceScaleFactor: 1, mobile: false });
      await page("Emulation.setEmulatedMedia", {
        features: [{ name: "prefers-color-scheme", value: look === "dark" ? "dark" : "light" }],
      });
      await page("Page.navigate", { url: "about:blank" });
      await page("Page.navigate", {
        url: `http://127.0.0.1:${server.address().port}/?scenario=${state.scenario ?? ""}#${state.at}`,
      });
      await pause(state.wait ?? 700);
      for (const step of state.steps ?? []) {
        await run(step);
        await pause(350);
      }
      const picture = await page("Page.captureScreenshot", { format: "png" });
      writeFileSync(join(to, `${name}.png`), Buffer.from(picture.data, "base64"));
      await run(axeSource);
      const found = await run(`(${axeFindings})()`);
      const spoken = heard.flatMap(({ method, params }) => {
        if (method === "Runtime.exceptionThrown")
          return [
            `exception ${params.exceptionDetails.exception?.description ?? params.exceptionDetails.text}`,
          ];
        if (
          method === "Log.entryAdded" &&
          params.entry.level === "error" &&
          !params.entry.url?.endsWith("favicon.ico")
        )
          return [`console ${params.entry.text}`];
        return [];
      });
      for (const line of [...found, ...spoken]) {
        findings += 1;
        process.stdout.write(`${name}: ${line}\n`);
      }
    }
  }
} finally {
  await call("Browser.close").catch(() => undefined);
  await new Promise((done) => (child.exitCode === null ? child.once("exit", done) : done()));
  server.close();
  rmSync(profile, { recursive: true, force: true });
}
process.stdout.write(findings === 0 ? "Nothing found.\n" : `${findings} findings.\n`);
process.exitCode = findings === 0 ? 0 : 1;
