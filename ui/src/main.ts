// Opens the window. It must never decide anything, and never reach Tauri other than through the platform.
import { mount } from "svelte";
import "./design/tokens.css";
import "./design/first-picture.css";
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

/** Until the page has been drawn once: what it shows by itself is not to wait for the rest. */
function drawn(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}

const target = document.getElementById("window");
if (target) {
  const props = await chooseOpening();
  if (document.documentElement.dataset["firstPicture"]) await drawn();
  for (const head of document.querySelectorAll(".first-picture")) head.remove();
  mount(Window, { target, props });
}
