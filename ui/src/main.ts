// Opens the window. It must never decide anything, and never reach Tauri other than through the platform.
import { mount } from "svelte";
import "./design/tokens.css";
import type { Opening } from "./opening";
import { findFirst, openShell } from "./platform/tauri";
import Window from "./Window.svelte";

/** The fake world is for stories and is not built into what is shipped: `vite build --mode story` alone contains it. */
async function chooseOpening(): Promise<Opening> {
  if (import.meta.env.MODE === "story") {
    const { chooseWorld } = await import("./story");
    return chooseWorld(new URLSearchParams(location.search));
  }
  return { platform: openShell(), first: findFirst() };
}

const target = document.getElementById("window");
if (target) mount(Window, { target, props: await chooseOpening() });
