// How Svelte is compiled: no styles injected by scripts (the window's policy forbids them).
import { vitePreprocess } from "@sveltejs/vite-plugin-svelte";

export default {
  preprocess: vitePreprocess(),
  compilerOptions: { css: "external" },
};
