/**
 * A browser that nobody here wrote at the page that waits for the wallet: the example shop and the relay are real, the wallet is the program `passerby`.
 * The page goes on by itself, by the shop's stream or, where a proxy holds that back, by asking.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openBrowser } from "./browser.mjs";
import { startNginx } from "./nginx.mjs";
import { makeWallet } from "./passerby.mjs";

const SHOP = process.env.PASSERBY_SHOP;
const { host: HOST, hostname: NAME, port: PORT } = new URL(SHOP);
const ADA = { name: "Ada Passerby", address: { street_address: "Long Lane 12", postal_code: "01069", locality: "Dresden", country: "Germany" } };
/** What comes in chunks, as the shop's streams do, nginx passes on even so; but not what it compresses. */
const HOLDS_BACK = "proxy_buffering on; proxy_ignore_headers X-Accel-Buffering; gzip on; gzip_proxied any; gzip_min_length 0; gzip_types text/event-stream;";
const STREAM = /^\/status\/events\?/;
const QUESTION = /^\/status\?/;

let wallet;
before(async () => {
  wallet = await makeWallet([], ADA);
});
after(() => wallet?.remove());

/** From the shelf to the page that waits. */
async function goWait(browser, options) {
  const page = await browser.openPage(`${SHOP}/`, options);
  await page.press("form[action='/basket'] button", "/checkout");
  const no = (await page.press("form[action='/checkout/passerby'] button", "/checkout/wallet/")).split("/").at(-1);
  await page.shows("#state", "Waiting for your wallet.");
  return { page, no, link: await page.run("document.getElementById('open').href") };
}

async function run(...words) {
  const { code, said } = await wallet.run(...words);
  assert.equal(code, 0, JSON.stringify(said));
  return said;
}

/** The wallet opens the link, and the page sees it. */
async function open({ page, link }) {
  const { request } = await run("open", link);
  await page.shows("#state", "Your wallet has the request.");
  return String(request.number);
}

/** The wallet answers; the page sees that, and goes on when the browser has come back to the shop in another tab. */
async function answer(browser, { page, no }, words, path) {
  const said = await run(...words);
  await page.shows("#state", `Done. Your wallet takes you back to ${HOST}.`);
  const there = page.arrives(path);
  const back = await browser.openPage(said.return_to);
  await there;
  return { no, texts: await Promise.all([page, back].map((each) => each.shows("h1"))) };
}

async function withBrowser(through, story) {
  const browser = await openBrowser({ host: NAME, through });
  try {
    await story(browser);
  } finally {
    await browser.close();
  }
}

test("the page is told what the wallet does, and moves on when the order is there", () =>
  withBrowser(undefined, async (browser) => {
    // A busy computer must not look like a proxy that holds the stream back.
    const waiting = await goWait(browser, { patient: true });
    const number = await open(waiting);
    const { texts } = await answer(browser, waiting, ["approve", number], "/orders/");
    const thanks = `Thank you. Order ${waiting.no} is placed.`;
    assert.deepEqual(texts, [thanks, thanks]);
    const { asked } = waiting.page;
    assert.equal(asked.filter((path) => STREAM.test(path)).length, 1);
    assert.deepEqual(asked.filter((path) => QUESTION.test(path)), [], "it never had to ask");
  }));

test("after a no the page moves on to the shop's own form", () =>
  withBrowser(undefined, async (browser) => {
    const waiting = await goWait(browser);
    const number = await open(waiting);
    const { texts } = await answer(browser, waiting, ["decline", number], "/checkout/form");
    assert.deepEqual(texts, ["Where should it go?", "Where should it go?"]);
    assert.equal(await waiting.page.run("location.search"), "?after=decline");
  }));

test("behind a proxy that holds the stream back the page asks, and gets there too", async () => {
  const nginx = await startNginx(PORT, HOLDS_BACK);
  try {
    await withBrowser(nginx.address, async (browser) => {
      const waiting = await goWait(browser);
      const number = await open(waiting);
      const { texts } = await answer(browser, waiting, ["approve", number], "/orders/");
      assert.match(texts[0], /^Thank you\. Order \d+ is placed\.$/);
      const { asked } = waiting.page;
      assert.equal(asked.filter((path) => STREAM.test(path)).length, 1, "it tried the stream first");
      assert.ok(asked.filter((path) => QUESTION.test(path)).length >= 3, `and then asked, once for each change: ${asked}`);
    });
  } finally {
    await nginx.close();
  }
});
