/** A verifier of another make asks, and the real `passerby` answers; what must be refused is refused, by the one and by the other. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import * as jose from "jose";

import { judge, openVerifier } from "./foreign_verifier.mjs";
import { ANNA, makeWallet } from "./passerby.mjs";

const PKI = process.env.PASSERBY_PKI;
let verifier, wallet;

before(async () => {
  verifier = await openVerifier(PKI);
  wallet = await makeWallet(["--trust-anchors", verifier.authority]);
});
after(async () => {
  await verifier?.close();
  wallet?.remove();
  assert.deepEqual(verifier?.seen.errors, []);
});

async function open(asked) {
  const { code, said } = await wallet.run("open", asked.link);
  assert.equal(code, 0, JSON.stringify(said));
  return said.request;
}

for (const [clientId, method] of [["x509_hash", "post"], ["x509_san_dns", "get"]]) {
  test(`${clientId}, fetched by ${method}: asked, shown, answered, accepted`, async () => {
    const asked = await verifier.ask({ clientId, method, claims: ["name", "email", "address.postal_code"] });
    const request = await open(asked);
    assert.equal(request.foreign, true);
    assert.equal(request.this_computer, true);
    assert.equal(`https://${request.sector}`, verifier.origin);
    assert.equal(verifier.seen.fetches.at(-1).method, method.toUpperCase());

    const { code, said } = await wallet.run("approve", String(request.number));
    assert.equal(code, 0, JSON.stringify([said, verifier.seen.refusals.map(String)]));
    assert.deepEqual(said.released, ["address.postal_code", "email", "name"]);
    assert.equal(said.return_to, `${verifier.origin}/done`);
    const answer = verifier.seen.answers.at(-1);
    assert.equal(answer.claims.name, ANNA.name);
    assert.deepEqual(answer.claims.address, { postal_code: ANNA.address.postal_code });
    assert.deepEqual([answer.header.alg, answer.header.enc], ["ECDH-ES", "A256GCM"]);
    assert.deepEqual(Object.keys(answer.payload).sort(), ["_pad", "state", "vp_token"], "nothing of ours beside the padding");

    const again = await wallet.run("approve", String(request.number));
    assert.equal(again.said.error.code, "answered-before", "one yes is one answer");
  });
}

test("a verifier that expects another nonce refuses, and the wallet says so", async () => {
  const request = await open(await verifier.ask({ expect: { nonce: "another-nonce-of-22-char" } }));
  const { code, said } = await wallet.run("approve", String(request.number));
  assert.equal(code, 3);
  assert.deepEqual([said.error.code, said.error.sent], ["host-refused", "not-taken"]);
  assert.match(String(verifier.seen.refusals.at(-1)), /nonce/i);
});

test("a verifier that trusts another key refuses", async () => {
  const { publicKey } = await jose.generateKeyPair("ES256", { extractable: true });
  const request = await open(await verifier.ask({ expect: { key: await jose.exportJWK(publicKey) } }));
  const { code, said } = await wallet.run("approve", String(request.number));
  assert.deepEqual([code, said.error?.code], [3, "host-refused"]);
});

test("what was altered on the way is refused by the reader of SD-JWT VC", async () => {
  const { presentation, nonce, audience } = verifier.seen.answers.find(({ presentation }) => presentation);
  const rules = { nonce, audience, required: ["name"] };
  await judge(presentation, rules);
  const parts = presentation.split("~");
  const altered = (index, change) => parts.map((part, at) => (at === index ? change(part) : part)).join("~");
  const renamed = (part) => jose.base64url.encode(JSON.stringify([...JSON.parse(new TextDecoder().decode(jose.base64url.decode(part))).slice(0, 2), "Mallory"]));
  const turned = (part) => part.slice(0, -10) + (part.at(-10) === "A" ? "B" : "A") + part.slice(-9);
  await assert.rejects(judge(altered(1, renamed), rules), "a disclosure with another value");
  await assert.rejects(judge(altered(0, turned), rules), "a turned bit in the issuer's signature");
  await assert.rejects(judge(altered(parts.length - 1, turned), rules), "a turned bit in the key binding");
  await assert.rejects(judge([...parts.slice(0, 2), ...parts.slice(3)].join("~"), rules), "a disclosure taken away");
  await assert.rejects(judge(presentation, { ...rules, audience: "x509_san_dns:other.example" }), "for somebody else");
});

test("the wallet refuses what does not hold, and sends nothing", async () => {
  const before = verifier.seen.answers.length;
  const refused = async (asked, word) => {
    const { code, said } = await wallet.run("open", asked.link);
    assert.deepEqual([code, said.error?.code, said.error?.sent], [3, word, "nothing"]);
  };
  await refused(await verifier.ask({ change: ({ wallet_nonce, ...payload }) => payload }), "request-wallet-nonce");
  await refused(await verifier.ask({ change: (payload) => ({ ...payload, response_mode: "direct_post" }) }), "request-response-mode");
  await refused(await verifier.ask({ change: (payload) => ({ ...payload, transaction_data: ["e30"] }) }), "request-transaction-data");
  const resign = async (jwt, key, x5c) => new jose.SignJWT(jose.decodeJwt(jwt)).setProtectedHeader({ alg: "ES256", typ: "oauth-authz-req+jwt", x5c: [x5c] })
    .sign((await jose.generateKeyPair("ES256")).privateKey);
  await refused(await verifier.ask({ alter: resign }), "request-signature");
  const { link } = await verifier.ask();
  await refused({ link: link.replace(/client_id=[^&]*/, `client_id=${encodeURIComponent(`redirect_uri:${verifier.origin}/answers`)}`) }, "link-client-id");
  assert.equal(verifier.seen.answers.length, before, "nobody was told anything");
});

test("a host with a Statement is not answered by its certificate, and one that does not say is not answered yet", async () => {
  const header = jose.base64url.encode(JSON.stringify({ alg: "ES256", typ: "passerby-statement+jwt" }));
  const { link } = await verifier.ask();
  for (const [status, text, word] of [[503, "later", "statement-unreachable"], [200, `${header}.e30.AA`, "statement-obeyed"]]) {
    Object.assign(verifier.wellKnown, { status, text });
    const { code, said } = await wallet.run("open", link);
    assert.deepEqual([code, said.error?.code], [3, word]);
  }
  Object.assign(verifier.wellKnown, { status: 404, text: "nothing here" });
});

test("a certificate of an authority that nobody trusts is refused", async () => {
  const stranger = await openVerifier(PKI, { leaf: "stranger" });
  try {
    const { said } = await wallet.run("open", (await stranger.ask()).link);
    assert.equal(said.error?.code, "x509-chain");
  } finally {
    await stranger.close();
  }
});

test("a refusal is told without a reason", async () => {
  const request = await open(await verifier.ask());
  const { code, said } = await wallet.run("decline", String(request.number));
  assert.deepEqual([code, said.told], [0, true]);
  assert.equal(verifier.seen.answers.at(-1).error, "access_denied");
});
