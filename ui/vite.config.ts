// How the window is built and tested. Nothing in the result loads from the network or runs inline.
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { svelteTesting } from "@testing-library/svelte/vite";
import tailwindcss from "@tailwindcss/vite";
import type { Plugin } from "vite";
import { readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";

/** The same policy as the shell sends, so that a story that would break there breaks in a browser too. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types svelte-trusted-html",
].join("; ");

function policy(): Plugin {
  return {
    name: "passerby-policy",
    apply: "build",
    transformIndexHtml: () => [
      { tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: POLICY }, injectTo: "head-prepend" },
    ],
  };
}

/** The lock's head, in each language: what the page shows until its script has drawn the lock (design/first-picture.css). */
function firstPicture(): Plugin {
  return {
    name: "passerby-first-picture",
    transformIndexHtml: {
      order: "post",
      handler: (page) => {
        const heads = ["en", "ru", "de"].map((lang) => {
          const texts = JSON.parse(readFileSync(new URL(`messages/${lang}.json`, import.meta.url), "utf8")) as Record<string, string>;
          return { tag: "p", attrs: { class: "first-picture", lang }, children: texts["l_head"] ?? "", injectTo: "body-prepend" as const };
        });
        // A page counts as whole, and is drawn, once there is no script that it waits for.
        const [script = ""] = /<script type="module".*<\/script>\n?/u.exec(page) ?? [];
        const html = page.replace(script, "").replace("</body>", `${script.replace("<script", "<script async")}</body>`);
        return { html, tags: heads };
      },
    },
  };
}

export default defineConfig(({ mode }) => ({
  plugins: [tailwindcss(), svelte(), svelteTesting(), firstPicture(), ...(mode === "story" ? [policy()] : [])],
  base: "./",
  build: { outDir: mode === "story" ? "dist-story" : "dist", target: "safari17.5", modulePreload: { polyfill: false }, assetsInlineLimit: 0, reportCompressedSize: false },
  server: { port: 5173, strictPort: true },
  preview: { port: 4173, strictPort: true },
  test: { environment: "jsdom", include: ["test/**/*.test.ts"], setupFiles: ["test/setup.ts"], testTimeout: 60_000 },
}));
