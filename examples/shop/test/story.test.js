/** The shop and its packing table, with a relay and a wallet that only exist in this test. */
import { Passerby } from "@passerby/sdk";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { makeShopKeys, NOW } from "../../../sdk/js/test/parts/shop-keys.ts";
import { StubRelay } from "../../../sdk/js/test/parts/relay.ts";
import { Wallet } from "../../../sdk/js/test/parts/wallet.ts";
import { makePackingApp } from "../packing/app.js";
import { Shop } from "../packing/shop.js";
import { makeApp } from "../web/app.js";
import { openDatabase } from "../web/tables/database.js";

const HOST = "shoes.localhost:4001";
const ORIGIN = `http://${HOST}`;
const DOOR_KEY = "the key of the packing table";
const AT_THE_TABLE = { authorization: `Bearer ${DOOR_KEY}` };
const QUESTION = {
  required: ["name", "address.street_address", "address.postal_code", "address.locality", "address.country"], optional: ["phone_number"],
  purpose: "To deliver your order", retention: 30, recipients: ["the parcel carrier"],
};
const DETAILS = {
  "name": "Ana <b>Žnidaršič</b>", "address.street_address": "Trubarjeva 12", "address.postal_code": "1000-XQ", "address.locality": "Ljubljana", "address.country": "Slovenija",
  "phone_number": "+386 40 123 417",
};

/** @type {string} */ let folder;
/** @type {number} */ let now;
/** @type {StubRelay} */ let relay;
/** @type {Wallet} */ let wallet;
/** @type {ReturnType<typeof makeApp>} */ let app;
/** @type {ReturnType<typeof makePackingApp>} */ let packing;
/** @type {import("../web/tables/database.js").Database} */ let database;
/** @type {string[]} */ let logged;
/** @type {import("@passerby/sdk").ShopConfig & { clock: () => number }} */ let setUp;

beforeEach(async () => {
  now = NOW;
  logged = [];
  vi.spyOn(process.stderr, "write").mockImplementation((line) => {
    logged.push(String(line));
    return true;
  });
  folder = mkdtempSync(join(tmpdir(), "shop-"));
  const keys = await makeShopKeys(HOST);
  const clock = () => now;
  relay = await StubRelay.make("http://127.0.0.1:4000", keys, clock);
  wallet = await Wallet.make();
  setUp = { relay: relay.issuer, sector: HOST, requestKey: keys.request, statement: keys.statement, clock, fetch: relay.fetch };
  const passerby = await Passerby.load(setUp);
  database = openDatabase(join(folder, "shop.db"));
  app = makeApp({ database, passerby, question: QUESTION, host: HOST, origin: ORIGIN, staffToken: "staff", clock });
  const shop = new Shop({ url: ORIGIN, staffToken: "staff", fetch: async (url, init) => app.request(url, init) });
  packing = makePackingApp({ shop, releaseKeys: [keys.release], doorKey: DOOR_KEY });
});

afterEach(() => {
  vi.restoreAllMocks();
  database.close();
  rmSync(folder, { recursive: true });
});

/** A browser: keeps the cookie, follows nothing. */
class Browser {
  cookie = "";

  /** @param {string} path @param {RequestInit} [init] */
  async go(path, init = {}) {
    const headers = { ...(this.cookie ? { cookie: this.cookie } : {}), .../** @type {Record<string, string>} */ (init.headers) };
    const answer = await app.request(new URL(path, ORIGIN).href, { ...init, headers });
    this.cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? this.cookie;
    return answer;
  }

  /** @param {string} path @param {Record<string, string>} [fields] */
  send(path, fields = {}) {
    const headers = { "content-type": "application/x-www-form-urlencoded", "origin": ORIGIN };
    return this.go(path, { method: "POST", body: new URLSearchParams(fields).toString(), headers });
  }

  /** To the page that waits for the wallet; gives the request's address. */
  async askWallet() {
    await this.send("/basket", { shoe: "karst", size: "41" });
    const { location } = Object.fromEntries((await this.send("/checkout/passerby")).headers);
    const text = await (await this.go(location ?? "")).text();
    const link = /href="(passerby:[^"]+)"/.exec(text)?.[1]?.replaceAll("&amp;", "&") ?? "";
    return { location: location ?? "", text, requestUri: new URL(link).searchParams.get("request_uri") ?? "" };
  }
}

test("a pair is bought, packed and delivered, and the shop's database knows nobody", async () => {
  const browser = new Browser();
  expect((await browser.go("/")).status).toBe(200);
  expect(browser.cookie).toBe("");
  const { text, requestUri } = await browser.askWallet();
  expect(text).toContain("shoes.localhost:4001 asks for your name and delivery address, and, if you like, your phone, to ship order 1042.");
  expect(await (await browser.go("/status?order=1042")).json()).toEqual({ state: "waiting" });

  const back = await relay.visit(wallet, requestUri, DETAILS);
  const returned = await browser.go(back);
  expect([returned.status, returned.headers.get("location")]).toEqual([303, "/orders/1042"]);
  expect((await browser.go(back)).headers.get("location")).toBe("/orders/1042");
  expect(await (await browser.go("/status?order=1042")).json()).toEqual({ state: "ordered" });
  expect(await (await browser.go("/orders/1042")).text()).toContain("Thank you. Order 1042 is placed.");
  const row = await (await browser.go("/orders/1042/row")).text();
  expect(row).toContain(wallet.userRef(HOST));

  const label = await packing.request("http://127.0.0.1:5000/orders/1042/open", { method: "POST", headers: { origin: "http://127.0.0.1:5000", ...AT_THE_TABLE } });
  const shown = await label.text();
  expect(shown).toContain("Trubarjeva 12");
  expect(shown).toContain("Ana &lt;b&gt;Žnidaršič");
  expect(label.headers.get("cache-control")).toBe("no-store");
  const opened = await packing.request("http://127.0.0.1:5000/api/orders/1042/open?reason=packing%20order%201042", { headers: AT_THE_TABLE });
  expect(await opened.json()).toEqual({ answered_by: "passerby", opened: DETAILS });
  expect(relay.openings.map(({ reason }) => reason)).toEqual(["packing order 1042", "packing order 1042"]);

  const kept = readFileSync(join(folder, "shop.db")).toString("latin1") + logged.join("");
  for (const detail of ["Žnidaršič", "Trubarjeva", "1000-XQ", "Ljubljana", "Slovenija", "+386"]) {
    expect(kept).not.toContain(Buffer.from(detail).toString("latin1"));
  }
  for (const secret of [wallet.userRef(HOST), browser.cookie.split("=")[1] ?? "", "response_code", "1042"]) expect(logged.join("")).not.toContain(secret);
});

test("an answer of another wallet makes an order, and whoever packs it is told", async () => {
  const browser = new Browser();
  const { requestUri } = await browser.askWallet();
  const back = new URL(await relay.visit(wallet, requestUri, DETAILS));
  // As a relay tells of a wallet that sent no grant claim; such a wallet vouches for none in the browser.
  relay.lie = { grant_claim: null, consent_receipt: null };
  back.searchParams.delete("passerby_claim");
  expect((await browser.go(back.href)).headers.get("location")).toBe("/orders/1042");
  const page = await (await browser.go("/orders/1042")).text();
  expect(page).toContain("It is told that another wallet answered");
  expect(page).not.toContain("Your wallet shows each opening");
  expect(await (await browser.go("/orders/1042/row")).text()).not.toContain(wallet.userRef(HOST));

  const table = "http://127.0.0.1:5000";
  expect(await (await packing.request(`${table}/`, { headers: AT_THE_TABLE })).text()).toContain("Sealed, by another wallet");
  expect(await (await packing.request(`${table}/orders/1042`, { headers: AT_THE_TABLE })).text()).toContain("Only the relay server says that this address is the customer's.");
  const label = await packing.request(`${table}/orders/1042/open`, { method: "POST", headers: { origin: table, ...AT_THE_TABLE } });
  const shown = await label.text();
  expect(shown).toContain("Answered by another wallet.");
  expect(shown).toContain("Trubarjeva 12");
  const opened = await packing.request(`${table}/api/orders/1042/open`, { headers: AT_THE_TABLE });
  expect(await opened.json()).toEqual({ answered_by: "another-wallet", opened: DETAILS });
});

test("a shop that wants Passerby wallets only takes no other answer, and says so", async () => {
  const passerby = await Passerby.load({ ...setUp, onlyPasserbyWallets: true });
  app = makeApp({ database, passerby, question: QUESTION, host: HOST, origin: ORIGIN, staffToken: "staff", clock: setUp.clock });
  const browser = new Browser();
  const { requestUri } = await browser.askWallet();
  const back = new URL(await relay.visit(wallet, requestUri, DETAILS));
  relay.lie = { grant_claim: null, consent_receipt: null };
  back.searchParams.delete("passerby_claim");
  const answer = await browser.go(back.href);
  expect(answer.status).toBe(409);
  expect(await answer.text()).toContain("We take Passerby wallets only");
  expect((await browser.go("/orders/1042")).status).toBe(404);
});

test("a no goes to the shop's own form, and nothing was ordered", async () => {
  const browser = new Browser();
  const { requestUri } = await browser.askWallet();
  const returned = await browser.go(await relay.visit(wallet, requestUri, "decline"));
  expect(returned.headers.get("location")).toBe("/checkout/form?after=decline");
  expect(await (await browser.go("/checkout/form?after=decline")).text()).toContain("Nothing was sent.");
  expect(await (await browser.go("/status?order=1042")).json()).toEqual({ state: "declined" });
  expect((await browser.go("/orders/1042")).status).toBe(404);
});

test("an answer that comes back in another browser orders nothing", async () => {
  const [browser, other] = [new Browser(), new Browser()];
  const { requestUri } = await browser.askWallet();
  const back = await relay.visit(wallet, requestUri, DETAILS);
  expect((await other.go(back)).status).toBe(403);
  await other.askWallet();
  expect((await other.go(back)).status).toBe(403);
  expect((await other.go("/orders/1042")).status).toBe(404);
  expect((await browser.go(back)).status).toBe(303);
});

test("an answer that does not hold makes no order, and says so", async () => {
  const browser = new Browser();
  const { requestUri } = await browser.askWallet();
  const back = new URL(await relay.visit(wallet, requestUri, DETAILS));
  back.searchParams.set("passerby_claim", "A".repeat(43));
  const answer = await browser.go(back.href);
  expect(answer.status).toBe(409);
  expect(await answer.text()).toContain("No order was made, and nobody has opened anything.");
  expect(logged.some((line) => line.includes("claim-mismatch"))).toBe(true);
});

test("a page that waits gets a fresh request; an answer to the old one is still good", async () => {
  const browser = new Browser();
  const { requestUri } = await browser.askWallet();
  now += 240;
  const progress = await (await browser.go("/status?order=1042")).json();
  expect(progress).toMatchObject({ state: "waiting", link: expect.stringMatching(/^passerby:/) });
  expect(progress.link).not.toContain(encodeURIComponent(requestUri));
  expect((await browser.go(await relay.visit(wallet, requestUri, DETAILS))).headers.get("location")).toBe("/orders/1042");
});

/** What a page that waits is told, as it comes. @param {Response} answer */
async function* told(answer) {
  let read = "";
  for await (const part of /** @type {AsyncIterable<Uint8Array>} */ (/** @type {unknown} */ (answer.body))) {
    read += new TextDecoder().decode(part);
    for (let end = read.indexOf("\n\n"); end >= 0; end = read.indexOf("\n\n")) {
      const event = read.slice(0, end);
      read = read.slice(end + 2);
      if (event.startsWith("data: ")) yield JSON.parse(event.slice(6));
    }
  }
}

test("a page that waits is told what happens, up to the order", async () => {
  const browser = new Browser();
  const { requestUri } = await browser.askWallet();
  const answer = await browser.go("/status/events?order=1042");
  expect([answer.headers.get("content-type"), answer.headers.get("x-accel-buffering"), answer.headers.get("cache-control")]).toEqual(["text/event-stream", "no", "no-store"]);
  const progress = told(answer);
  expect((await progress.next()).value).toEqual({ state: "waiting" });
  const back = await relay.visit(wallet, requestUri, DETAILS);
  let last = (await progress.next()).value;
  if (last.state === "fetched") last = (await progress.next()).value;
  expect(last).toEqual({ state: "answered" });
  await browser.go(back);
  expect((await progress.next()).value).toEqual({ state: "ordered" });
  expect((await progress.next()).done).toBe(true);
  expect(relay.calls.filter((call) => /transactions\/[^/]+$/.test(call))).toEqual([]);
  expect(relay.streams).toBe(0);
});

test("a page that waits is given a fresh request on its stream, and one that nobody may see is not followed", async () => {
  const browser = new Browser();
  await browser.askWallet();
  const progress = told(await browser.go("/status/events?order=1042"));
  expect((await progress.next()).value).toEqual({ state: "waiting" });
  now += 241;
  const fresh = (await progress.next()).value;
  expect(fresh.state).toBe("waiting");
  const back = await relay.visit(wallet, new URL(fresh.link).searchParams.get("request_uri") ?? "", "decline");
  await browser.go(back);
  let last;
  for await (const { state } of progress) last = state;
  expect(last).toBe("declined");
  expect((await new Browser().go("/status/events?order=1042")).status).toBe(404);
});

test("a page that waits while the relay is down is told so", async () => {
  const browser = new Browser();
  await browser.askWallet();
  relay.down = 2;
  const progress = told(await browser.go("/status/events?order=1042"));
  expect((await progress.next()).value).toEqual({ state: "unsure" });
  expect((await progress.next()).done).toBe(true);
  expect(await (await browser.go("/status?order=1042")).json()).toEqual({ state: "waiting" });
});

test("the relay down: nothing was asked, nothing is lost", async () => {
  const browser = new Browser();
  await browser.send("/basket", { shoe: "karst", size: "41" });
  relay.down = 9;
  const answer = await browser.send("/checkout/passerby");
  expect(answer.status).toBe(502);
  expect(await answer.text()).toContain("Nothing was asked, sent or ordered. Your basket is as it was.");
  relay.down = 0;
  const { requestUri } = await browser.askWallet();
  const back = await relay.visit(wallet, requestUri, DETAILS);
  relay.down = 1;
  expect(await (await browser.go(back)).text()).toContain("No order was made yet.");
  expect((await browser.go(back)).status).toBe(303);
});

test("the shop's own form works without any wallet", async () => {
  const browser = new Browser();
  await browser.send("/basket", { shoe: "nanos", size: "44" });
  const done = await browser.send("/checkout/form", { name: "B", street: "S 1", postal_code: "1", locality: "L", country: "C" });
  expect(done.headers.get("location")).toBe("/orders/1042");
  expect((await packing.request("http://127.0.0.1:5000/api/orders/1042/open", { headers: AT_THE_TABLE })).status).toBe(502);
  await browser.askWallet();
  expect((await browser.go("/checkout/wallet/1043")).status).toBe(200);
});

test("the same by JSON, for scripts", async () => {
  const browser = new Browser();
  const draft = await browser.go("/api/checkout", { method: "POST", body: "{}", headers: { "content-type": "application/json" } });
  expect(draft.status).toBe(201);
  const { order, link, request_uri: requestUri } = await draft.json();
  expect(order).toEqual({ no: 1042, product: "Karst 41", total: 12900, state: "asked" });
  expect(link).toMatch(/^passerby:\/\/\?client_id=/);
  const back = await relay.visit(wallet, requestUri, DETAILS);
  const returned = await browser.go(back, { headers: { accept: "application/json" } });
  expect(await returned.json()).toMatchObject({ outcome: "granted", order: { no: 1042, state: "ordered", user_ref: wallet.userRef(HOST) } });
  const staff = { authorization: "Bearer staff" };
  expect(await (await browser.go("/api/orders/1042", { headers: staff })).json()).toMatchObject({ record: { user_ref: wallet.userRef(HOST) } });
  expect((await browser.go("/api/orders/1042")).status).toBe(401);
  expect((await browser.go("/api/orders", { headers: { authorization: "Bearer other" } })).status).toBe(401);
});

test("other sites can neither order here nor open there", async () => {
  const browser = new Browser();
  await browser.send("/basket", { shoe: "karst", size: "41" });
  const foreign = await browser.go("/checkout/passerby", { method: "POST", headers: { "origin": "https://evil.example", "content-type": "application/x-www-form-urlencoded" } });
  expect(foreign.status).toBe(403);
  const simple = await browser.go("/api/checkout", { method: "POST", body: "{}", headers: { "content-type": "text/plain", "origin": "https://evil.example" } });
  expect([403, 415]).toContain(simple.status);
  expect((await packing.request("http://127.0.0.1:5000/api/orders/1042/open", { headers: { "sec-fetch-site": "cross-site", ...AT_THE_TABLE } })).status).toBe(403);
  expect((await packing.request("http://evil.example/api/orders/1042/open", { headers: AT_THE_TABLE })).status).toBe(403);
  expect(relay.openings).toEqual([]);
});

test("who has no key sees no order at the packing table", async () => {
  const table = "http://127.0.0.1:5000";
  expect((await packing.request(`${table}/api/orders/1042/open`)).status).toBe(401);
  expect((await packing.request(`${table}/api/orders/1042/open`, { headers: { authorization: "Bearer other" } })).status).toBe(401);
  const sent = await packing.request(`${table}/orders/1042`);
  expect([sent.status, sent.headers.get("location")]).toEqual([303, "/door"]);
  expect((await packing.request(`${table}/door?key=wrong`)).status).toBe(401);
  const inside = await packing.request(`${table}/door?key=${encodeURIComponent(DOOR_KEY)}`);
  const cookie = inside.headers.get("set-cookie") ?? "";
  expect([inside.status, inside.headers.get("location")]).toEqual([303, "/"]);
  expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
  expect((await packing.request(`${table}/`, { headers: { cookie: cookie.split(";")[0] ?? "" } })).status).toBe(200);
  expect(relay.openings).toEqual([]);
});

test("the Statement stands at its well-known address", async () => {
  const answer = await app.request(`${ORIGIN}/.well-known/passerby-statement.jwt`);
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/jwt"]);
  expect(await answer.text()).toBe(relay.shop.statement);
});
