// @vitest-environment node
// What is shipped: nothing of the fake world, and nothing inline.
import { readFileSync } from "node:fs";
import { build, type Rolldown } from "vite";
import { expect, test } from "vitest";
import { HOME, PASSPHRASE } from "../src/platform/fake/anna";

const PLANTED = [PASSPHRASE, HOME["address.street_address"]];

async function built(mode: "production" | "story"): Promise<Record<string, string>> {
  const { output } = (await build({ mode, logLevel: "silent", build: { write: false } })) as Rolldown.RolldownOutput;
  return Object.fromEntries(output.map((part) => [part.fileName, part.type === "chunk" ? part.code : String(part.source)]));
}

test("the fake world is in stories, and in nothing else", { timeout: 60_000 }, async () => {
  const [story, shipped] = [Object.values(await built("story")).join(), Object.values(await built("production")).join()];
  for (const word of PLANTED) {
    expect(story).toContain(word);
    expect(shipped).not.toContain(word);
  }
});

test("the page has no script, style, policy or address of its own", { timeout: 60_000 }, async () => {
  const page = (await built("production"))["index.html"] ?? "";
  expect(page).toContain('<div id="window">');
  expect(page).not.toMatch(/<style|style=|https?:|Content-Security-Policy|<script(?![^>]*src="\.\/)/u);
});

test("the page shows the lock's head by itself, in each language, and waits for no script", { timeout: 60_000 }, async () => {
  const page = (await built("production"))["index.html"] ?? "";
  for (const language of ["en", "ru", "de"]) {
    const { l_head: head } = JSON.parse(readFileSync(`messages/${language}.json`, "utf8")) as { l_head: string };
    expect(page).toContain(`<p class="first-picture" lang="${language}">${head}</p>`);
  }
  expect(page.match(/<script/gu)).toHaveLength(1);
  expect(page).toMatch(/<div id="window"><\/div>\s*<script async type="module"/u);
});
