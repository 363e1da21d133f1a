// @vitest-environment node
// What is shipped: nothing of the fake world, and nothing inline.
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
