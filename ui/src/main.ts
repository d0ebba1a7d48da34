/* Starts the window. Inside Tauri the backend is the desktop app; in a plain browser, and only there, a chunk with
   sample data is fetched, so that screens can be looked at and tested without an engine. */
import { mount } from "svelte";
import "./style/index.css";
import type { Backend } from "./ipc/backend";
import { desktop } from "./ipc/desktop";
import { theme } from "./lib/theme.svelte";
import Window from "./shell/Window.svelte";
import { createApp } from "./state/app.svelte";

theme.apply();

async function backend(): Promise<Backend> {
  if ("__TAURI_INTERNALS__" in window) return desktop;
  return (await import("./ipc/demo")).demo(new URLSearchParams(location.search));
}

const target = document.getElementById("app");
if (target) mount(Window, { target, props: { state: createApp(await backend()) } });
