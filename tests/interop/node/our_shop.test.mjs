/**
 * A wallet of another make at our shop: the example shop, the packing table and the relay, all real, started by `cargo xtask test --only interop`.
 * What a wallet may leave out it leaves out; what it may not change is changed in one place a test, and refused.
 */
import assert from "node:assert/strict";
import { suite, test } from "node:test";

import { ForeignWallet, makeDpop, makeKey, sha256, sign, userRef } from "./foreign_wallet.mjs";
import { callJson } from "./loopback.mjs";

const { PASSERBY_SHOP: SHOP, PASSERBY_PACKING: PACKING, PASSERBY_PACKING_KEY: PACKING_KEY } = process.env;
const SECTOR = SHOP?.replace("http://", "");
const DETAILS = {
  "name": "Neža Kovač", "address.street_address": "Rožna dolina, Cesta VI/25\nvhod B", "address.postal_code": "1000-77", "address.locality": "Ljubljana-Vič",
  "address.country": "Slovenija", "phone_number": "+386 40 771 203",
};
const WRONG_NONCE = "b3RoZXItbm9uY2Utb3RoZXI";

/** A browser: one cookie, no redirect followed. */
class Browser {
  cookie = "";

  async #go(method, address, json) {
    const answer = await callJson(method, address, { json, headers: { accept: "application/json", ...(this.cookie ? { cookie: this.cookie } : {}) } });
    this.cookie = answer.headers["set-cookie"]?.[0].split(";")[0] ?? this.cookie;
    return answer;
  }

  async checkout() {
    const { status, json } = await this.#go("POST", `${SHOP}/api/checkout`, {});
    assert.equal(status, 201);
    return json;
  }

  comeBack(address) {
    return this.#go("GET", address);
  }
}

function open(no) {
  return callJson("GET", `${PACKING}/api/orders/${no}/open`, { headers: { authorization: `Bearer ${PACKING_KEY}` } });
}

/** A question that a wallet has verified, its key for it, and a person's key. */
async function asked({ bound = true } = {}) {
  const [browser, wallet, dpopKey, person] = [new Browser(), new ForeignWallet(DETAILS), await makeKey(), await makeKey()];
  const { link, openid4vp_link: plainLink } = await browser.checkout();
  const request = await wallet.open(bound ? link : plainLink, bound ? dpopKey : undefined);
  return { browser, wallet, dpopKey, person, request };
}

async function withPassport() {
  const scene = await asked();
  const { status, json } = await scene.wallet.passport(scene.request, scene.dpopKey, scene.person);
  assert.equal(status, 200);
  return { ...scene, passport: json.passport };
}

/** Answers without a grant claim and gives what the packing table says. */
async function openPlain(answering) {
  const { browser, wallet, request } = await asked({ bound: false });
  const { back } = await wallet.answerPlain(request, answering);
  const { status, json } = await browser.comeBack(back);
  assert.equal(status, 200);
  assert.equal(json.order.user_ref, null);
  return open(json.order.no);
}

suite("a wallet of another make answers as a Passerby wallet does", () => {
  test("the shop knows it by its pseudonym, and the packing table opens what it sent", async () => {
    const { browser, wallet, dpopKey, person, request, passport } = await withPassport();
    const { back } = await wallet.answer(request, dpopKey, person, passport);
    const { status, json } = await browser.comeBack(back);
    assert.equal(status, 200);
    assert.equal(json.order.user_ref, userRef(SECTOR, person));
    const opened = await open(json.order.no);
    assert.deepEqual([opened.status, opened.json], [200, { answered_by: "passerby", opened: DETAILS }]);
  });

  const changes = [
    ["a grant claim with another nonce", { claim: { nonce: WRONG_NONCE } }, "claim-binding"],
    ["a grant claim with another response_uri", { claim: { response_uri: "https://relay.example/v1/response/x" } }, "claim-binding"],
    ["a grant claim on other terms", { claim: { terms_hash: sha256("other") } }, "claim-binding"],
    ["a grant claim for another release", { claim: { release_sha256: sha256("other") } }, "release-hash"],
    ["a passport presented with another nonce", { passportBinding: { nonce: WRONG_NONCE } }, "kb-nonce"],
    ["a passport presented to another shop", { passportBinding: { aud: "verifier_attestation:boots.example" } }, "kb-audience"],
    ["a passport presented long ago", { passportBinding: { iat: 1_700_000_000 } }, "kb-time"],
  ];
  for (const [what, changed, word] of changes) {
    test(`${what} is refused before anything is stored`, async () => {
      const { wallet, dpopKey, person, request, passport } = await withPassport();
      const { status, json } = await wallet.answer(request, dpopKey, person, passport, changed);
      assert.deepEqual([status, json.refusal], [422, word]);
    });
  }

  test("a grant claim by somebody else is refused", async () => {
    const { wallet, dpopKey, person, request, passport } = await withPassport();
    const { status, json } = await wallet.answer(request, dpopKey, person, passport, { claimKey: await makeKey() });
    assert.deepEqual([status, json.refusal], [422, "claim-signature"]);
  });

  test("a passport for another sector is not issued, and one that nobody issued is refused", async () => {
    const { wallet, dpopKey, person, request, passport } = await withPassport();
    const refused = await wallet.passport(request, dpopKey, person, { sector: "boots.example" });
    assert.deepEqual([refused.status, refused.json.type.split("/").at(-1)], [422, "passport-refused"]);
    const issued = JSON.parse(Buffer.from(passport.split(".")[1], "base64url").toString());
    const kid = [...request.relayKeys.keys()][0];
    const forged = await sign({ typ: "dc+sd-jwt", kid }, { ...issued, sector: "boots.example" }, await makeKey());
    const { status, json } = await wallet.answer(request, dpopKey, person, `${forged}~`);
    assert.deepEqual([status, json.refusal], [422, "passport-signature"]);
  });

  test("the passport of somebody else is refused", async () => {
    const [{ passport }, { wallet, dpopKey, person, request }] = [await withPassport(), await withPassport()];
    const { status, json } = await wallet.answer(request, dpopKey, person, passport);
    assert.deepEqual([status, json.refusal], [422, "kb-signature"]);
  });

  test("a disclosure that was tampered with opens for nobody", async () => {
    const { browser, wallet, dpopKey, person, request, passport } = await withPassport();
    const { back } = await wallet.answer(request, dpopKey, person, passport, { token: tamper });
    const { json } = await browser.comeBack(back);
    const opened = await open(json.order.no);
    assert.deepEqual([opened.status, opened.json.error], [409, "profile-malformed"]);
  });

  test("a browser that vouches for another grant claim makes no order", async () => {
    const { browser, wallet, dpopKey, person, request, passport } = await withPassport();
    const { back } = await wallet.answer(request, dpopKey, person, passport);
    const altered = new URL(back);
    altered.searchParams.set("passerby_claim", sha256("another"));
    const { status, json } = await browser.comeBack(altered.href);
    assert.deepEqual([status, json.error], [409, "claim-mismatch"]);
    assert.equal((await new Browser().comeBack(back)).status, 403);
  });
});

suite("a wallet that knows OpenID4VP only", () => {
  for (const alg of ["HPKE-4", "HPKE-9"]) {
    test(`is accepted without a pseudonym, sealing by ${alg}`, async () => {
      const opened = await openPlain({ alg });
      assert.deepEqual([opened.status, opened.json], [200, { answered_by: "another-wallet", opened: DETAILS }]);
    });
  }

  test("may say no, which orders nothing", async () => {
    const { browser, wallet, request } = await asked({ bound: false });
    const { status, json } = await wallet.refuse(request);
    assert.equal(status, 200);
    const back = await browser.comeBack(json.redirect_uri);
    assert.deepEqual([back.status, back.json], [200, { outcome: "declined", order: null }]);
  });

  test("cannot answer what another wallet has bound, unless it is that wallet", async () => {
    const { wallet, dpopKey, request } = await asked();
    const refused = await wallet.answerPlain(request);
    assert.deepEqual([refused.status, refused.json.type.split("/").at(-1)], [401, "wallet-proof"]);
    const other = await wallet.answerPlain(request, { headers: { dpop: await makeDpop("POST", request.payload.response_uri, await makeKey()) } });
    assert.deepEqual([other.status, other.json.type.split("/").at(-1)], [409, "already-taken"]);
    const same = await wallet.answerPlain(request, { headers: { dpop: await makeDpop("POST", request.payload.response_uri, dpopKey) } });
    assert.equal(same.status, 200);
  });

  test("makes no order with a grant claim that it did not send", async () => {
    const { browser, wallet, request } = await asked({ bound: false });
    const { back } = await wallet.answerPlain(request);
    const { status, json } = await browser.comeBack(`${back}&passerby_claim=${sha256("a claim")}`);
    assert.deepEqual([status, json.error], [409, "claim-mismatch"]);
  });

  const sealedFaults = [
    ["presented with another nonce", { binding: { nonce: WRONG_NONCE } }, "kb-nonce"],
    ["presented to another shop", { binding: { aud: "verifier_attestation:boots.example" } }, "kb-audience"],
    ["presented on other terms", { binding: { passerby_terms_hash: sha256("other") } }, "kb-terms"],
    ["sealed for another response_uri", { context: { response_uri: "https://relay.example/v1/response/x" } }, "release-open"],
    ["sealed for another nonce", { context: { nonce: WRONG_NONCE } }, "release-open"],
    ["with a disclosure that was tampered with", { token: tamper }, "profile-malformed"],
    ["with a disclosure cut out", { token: cut }, "kb-signature"],
    ["with a needed detail missing", { token: ({ profile: _, ...rest }) => rest }, "reveal-claims"],
    ["with nothing in it", { token: () => ({}) }, "response-malformed"],
  ];
  for (const [what, changed, word] of sealedFaults) {
    test(`an answer ${what} opens for nobody`, async () => {
      const opened = await openPlain({ changed });
      assert.deepEqual([opened.status, opened.json.error], [409, word]);
    });
  }

  test("an answer with somebody else's passport opens for nobody", async () => {
    const { passport, person } = await withPassport();
    const opened = await openPlain({ passport });
    assert.deepEqual([opened.status, opened.json.error], [409, "kb-signature"]);
    assert.equal((await openPlain({ passport, changed: { person } })).status, 200, "its owner may show it");
  });
});

/** One letter of a disclosed value turned into another one, as on the way. */
function tamper(token) {
  const parts = token.profile[0].split("~");
  const disclosure = JSON.parse(Buffer.from(parts[1], "base64url").toString());
  disclosure[2] = `${disclosure[2]}.`;
  parts[1] = Buffer.from(JSON.stringify(disclosure)).toString("base64url");
  return { ...token, profile: [parts.join("~")] };
}

function cut(token) {
  const parts = token.profile[0].split("~");
  return { ...token, profile: [[parts[0], ...parts.slice(2)].join("~")] };
}
