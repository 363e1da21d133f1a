// Opens the window. It must never decide anything, and never reach Tauri other than through the platform.
import { mount } from "svelte";
import "./design/tokens.css";
import Window from "./Window.svelte";
import { chooseWorld } from "./story";

const target = document.getElementById("window");
if (target) mount(Window, { target, props: chooseWorld(new URLSearchParams(location.search)) });
