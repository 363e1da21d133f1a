/** The shop's side of the story, once through, with a foreign wallet and a relay that checks shop proofs. */
import { decodeJwt, decodeProtectedHeader } from "jose";
import { beforeEach, expect, test } from "vitest";

import { answeredBy, parseOrderRecord, Passerby, PasserbyMisuse, PasserbyRefusal, RelayProblem, RelayUnreachable, type Question } from "../src/index.js";
import { reveal } from "../src/reveal.js";
import { makeShopKeys, makeSigningKey, NOW, publicJwk, type ShopKeys } from "./parts/shop-keys.js";
import { StubRelay, termsOf } from "./parts/relay.js";
import { Wallet } from "./parts/wallet.js";

const ISSUER = "http://127.0.0.1:4000";
const QUESTION: Question = {
  required: ["name", "address.street_address", "address.postal_code", "address.locality", "address.country"],
  optional: ["phone_number", "email"],
  purpose: "To deliver your order", retention: 30, recipients: ["the parcel carrier"],
  redirectUri: "http://shoes.localhost:4001/return",
};
const DETAILS = {
  "name": "Ana Žnidaršič", "address.street_address": "Trubarjeva 12", "address.postal_code": "1000",
  "address.locality": "Ljubljana", "address.country": "SI", "phone_number": "+386 40 123 417",
};

/** A Statement that allows all that is asked here, and these too. */
const allowing = (...more: string[]): Record<string, unknown> => ({ allowed_claims: [...Object.keys(DETAILS), "email", ...more] });

let now = NOW;
let shop: ShopKeys;
let relay: StubRelay;
let passerby: Passerby;
let wallet: Wallet;

beforeEach(async () => {
  now = NOW;
  shop = await makeShopKeys("shoes.localhost:4001");
  relay = await StubRelay.make(ISSUER, shop, () => now);
  wallet = await Wallet.make();
  passerby = await Passerby.load({ relay: ISSUER, sector: shop.sector, requestKey: shop.request, statement: shop.statement, clock: () => now, fetch: relay.fetch });
});

const back = (address: string): { responseCode: string; passerbyClaim: string | undefined } => {
  const query = new URL(address).searchParams;
  return { responseCode: query.get("response_code")!, passerbyClaim: query.get("passerby_claim") ?? undefined };
};

test("a shop asks, a person agrees, an order is made without a detail in it, and the packing table opens it", async () => {
  const { link, requestUri, pending } = await passerby.ask(QUESTION);
  expect(link).toBe(`passerby://?client_id=verifier_attestation%3Ashoes.localhost%3A4001&request_uri=${encodeURIComponent(requestUri)}`);
  expect(await passerby.transaction(pending)).toBe("waiting");

  const address = await relay.visit(wallet, requestUri, DETAILS);
  expect(await passerby.transaction(pending)).toBe("answered");
  const answer = await passerby.collect(JSON.parse(JSON.stringify(pending)), back(address));
  if (answer.outcome !== "granted") throw new Error("not granted");
  expect(answer.order.user_ref).toBe(wallet.userRef(shop.sector));
  expect(answer.order.claims).toEqual(Object.keys(DETAILS));
  // Shorter ones ("SI") stand in random texts by chance.
  for (const detail of Object.values(DETAILS).filter(({ length }) => length > 6)) expect(JSON.stringify(answer.order)).not.toContain(detail);

  const { release } = await passerby.openRelease(answer.order.grant_id, "packing order 1042");
  expect(relay.openings).toEqual([{ grantId: answer.order.grant_id, reason: "packing order 1042" }]);
  const order = parseOrderRecord(JSON.parse(JSON.stringify(answer.order)));
  expect(await reveal({ release, order, releaseKeys: [shop.release], now: NOW + 20 * 86_400 })).toEqual(DETAILS);
});

test("the request object says what section 5 asks for", async () => {
  const { pending } = await passerby.ask(QUESTION);
  const { request } = relay.parked.get(pending.request_id)!;
  const payload = decodeJwt(request);
  expect(decodeProtectedHeader(request)).toMatchObject({ alg: "ES256", typ: "oauth-authz-req+jwt", kid: shop.request.kid });
  expect(payload).toMatchObject({
    client_id: "verifier_attestation:shoes.localhost:4001", aud: "https://self-issued.me/v2", response_type: "vp_token", response_mode: "direct_post.jwt",
    response_uri: `${ISSUER}/v1/response/${pending.request_id}`, iat: NOW, exp: NOW + 300, response_by: NOW + 1800, flow: "same_device",
  });
  expect(payload["dcql_query"]).toMatchObject({
    credentials: [
      { id: "passport", format: "dc+sd-jwt", meta: { vct_values: [`${ISSUER}/vct/passport/1`] } },
      { id: "profile", claims: [{ path: ["name"] }, { path: ["address", "street_address"] }, { path: ["address", "postal_code"] }, { path: ["address", "locality"] }, { path: ["address", "country"] }] },
      { id: "optional-1", claims: [{ path: ["phone_number"] }] },
      { id: "optional-2", claims: [{ path: ["email"] }] },
    ],
    credential_sets: [{ options: [["passport", "profile"]] }, { options: [["optional-1"]], required: false }, { options: [["optional-2"]], required: false }],
  });
  expect(termsOf(request)).toEqual({ purpose: "To deliver your order", retention: 30, standing: false, recipients: ["the parcel carrier"] });
  expect(JSON.stringify(payload)).not.toContain(`"d":`);
});

test("a shop that would do with less gets what the person picked, and keeps what would have done", async () => {
  const whole = ["address.street_address", "address.postal_code", "address.locality", "address.country"];
  const question: Question = {
    ...QUESTION,
    required: ["name", { claim: whole, orLess: [["address.locality", "address.country"], "address.country"] }],
    optional: ["email", { claim: "birthdate", orLess: ["age_over_18"] }],
  };
  const allowed = await makeShopKeys("shoes.localhost:4001", allowing("birthdate", "age_over_18"));
  relay = await StubRelay.make(ISSUER, allowed, () => now);
  passerby = await Passerby.load({ relay: ISSUER, sector: allowed.sector, requestKey: allowed.request, statement: allowed.statement, clock: () => now, fetch: relay.fetch });
  const { requestUri, pending } = await passerby.ask(question);
  const { dcql_query } = decodeJwt(relay.parked.get(pending.request_id)!.request);
  expect(dcql_query).toMatchObject({
    credentials: [
      { id: "passport" },
      { id: "profile", claims: [{ path: ["name"] }] },
      { id: "optional-1", claims: [{ path: ["email"] }] },
      { id: "graded-1", claim_sets: [["address_street_address", "address_postal_code", "address_locality", "address_country"], ["address_locality", "address_country"], ["address_country"]] },
      { id: "graded-2", claims: [{ id: "birthdate", path: ["birthdate"] }, { id: "age_over_18", path: ["age_over_18"] }], claim_sets: [["birthdate"], ["age_over_18"]] },
    ],
    credential_sets: [{ options: [["passport", "profile", "graded-1"]] }, { options: [["optional-1"]], required: false }, { options: [["graded-2"]], required: false }],
  });

  const less = { "name": DETAILS.name, "address.country": "SI", "age_over_18": "true" };
  const answer = await passerby.collect(JSON.parse(JSON.stringify(pending)), back(await relay.visit(wallet, requestUri, less)));
  if (answer.outcome !== "granted") throw new Error("not granted");
  const { release } = await passerby.openRelease(answer.order.grant_id, "packing");
  const opened = { release, releaseKeys: [allowed.release], now };
  expect(await reveal({ ...opened, order: answer.order })).toEqual(less);

  relay.lie = { grant_claim: null, consent_receipt: null };
  const again = await passerby.ask(question);
  const plain = await passerby.collect(again.pending, { responseCode: back(await relay.visit(wallet, again.requestUri, less)).responseCode });
  if (plain.outcome !== "granted") throw new Error("not granted");
  const order = parseOrderRecord(JSON.parse(JSON.stringify(plain.order)));
  const { release: unsigned } = await passerby.openRelease(order.grant_id, "packing");
  expect(await reveal({ ...opened, release: unsigned, order })).toEqual(less);
  expect(() => parseOrderRecord({ ...order, asked: { required: [], optional: [], graded: [{ needed: 1, sets: [] }] } })).toThrow(PasserbyMisuse);
});

test("only less is called less", async () => {
  const allowed = await makeShopKeys("shoes.localhost:4001", allowing("birthdate", "age_over_18", "birth_year", "nickname", "address.formatted", "address.region"));
  relay = await StubRelay.make(ISSUER, allowed, () => now);
  passerby = await Passerby.load({ relay: ISSUER, sector: allowed.sector, requestKey: allowed.request, statement: allowed.statement, clock: () => now, fetch: relay.fetch });
  const ask = (...required: Question["required"]): Promise<object> => passerby.ask({ ...QUESTION, required, optional: [] });
  const address = ["address.street_address", "address.country"];
  await ask("name", { claim: address, orLess: ["address.country"] }, { claim: "birthdate", orLess: ["birth_year", "age_over_18"] });
  const parked = relay.parked.size;
  for (const required of [
    [{ claim: "birthdate", orLess: [] }],
    [{ claim: "birthdate", orLess: ["email"] }],
    [{ claim: "birthdate", orLess: ["age_over_18", "age_over_18"] }],
    [{ claim: "birthdate", orLess: [["age_over_18", "birth_year"]] }],
    [{ claim: "age_over_18", orLess: ["birthdate"] }],
    [{ claim: "name", orLess: ["nickname"] }],
    [{ claim: "address.country", orLess: ["address.locality"] }],
    [{ claim: address, orLess: ["address.street_address"] }],
    [{ claim: address, orLess: [[]] }],
    [{ claim: address, orLess: [["address.country", "address.street_address"]] }],
    [{ claim: address, orLess: [["address.country", "address.country"]] }],
    [{ claim: [...address, "address.formatted"], orLess: ["address.country"] }],
    [{ claim: address, orLess: ["address.country"] }, "address.locality"],
    [{ claim: "birthdate", orLess: ["age_over_18"] }, "birth_year"],
    [{ claim: address, orLess: ["address.country"] }, { claim: ["address.locality", "address.region"], orLess: ["address.region"] }],
  ] satisfies Question["required"][]) {
    await expect(ask(...required), JSON.stringify(required)).rejects.toBeInstanceOf(PasserbyMisuse);
  }
  expect(relay.parked.size).toBe(parked);
});

test("a person says no", async () => {
  const { requestUri, pending } = await passerby.ask(QUESTION);
  const address = await relay.visit(wallet, requestUri, "decline");
  expect(await passerby.collect(pending, back(address))).toEqual({ outcome: "declined" });
});

test("a relay that swaps in another grant claim, or hides it, is found out by what the browser carried", async () => {
  const { requestUri, pending } = await passerby.ask(QUESTION);
  const address = await relay.visit(wallet, requestUri, DETAILS);
  relay.lie = { grant_claim: null };
  await expect(passerby.collect(pending, back(address))).rejects.toEqual(new PasserbyRefusal("claim-mismatch"));
  const other = await wallet.answer(relay.parked.get(pending.request_id)!.request, await relay.passport(wallet), DETAILS, now);
  relay.lie = { grant_claim: other.grantClaim };
  await expect(passerby.collect(pending, back(address))).rejects.toEqual(new PasserbyRefusal("claim-mismatch"));
});

test("a wallet of another make gives an order without a pseudonym, unless the shop wants none", async () => {
  const { requestUri, pending } = await passerby.ask(QUESTION);
  const { responseCode } = back(await relay.visit(wallet, requestUri, DETAILS));
  relay.lie = { grant_claim: null, consent_receipt: null };
  const answer = await passerby.collect(pending, { responseCode });
  const { required, optional } = QUESTION;
  expect(answer).toMatchObject({ outcome: "granted", answeredBy: "another-wallet", order: { user_ref: null, passport_jkt: null, claims: null, asked: { required, optional } } });
  if (answer.outcome !== "granted") throw new Error("not granted");
  const order = parseOrderRecord(JSON.parse(JSON.stringify(answer.order)));
  expect(answeredBy(order)).toBe("another-wallet");
  const { release } = await passerby.openRelease(order.grant_id, "packing");
  expect(await reveal({ release, order, releaseKeys: [shop.release], now })).toEqual(DETAILS);

  const strict = await Passerby.load({
    relay: ISSUER, sector: shop.sector, requestKey: shop.request, statement: shop.statement, onlyPasserbyWallets: true, clock: () => now, fetch: relay.fetch,
  });
  await expect(strict.collect(pending, { responseCode })).rejects.toEqual(new PasserbyRefusal("claim-missing"));
});

test("a record that says half of one thing and half of another is none", async () => {
  const { requestUri, pending } = await passerby.ask(QUESTION);
  const answer = await passerby.collect(pending, back(await relay.visit(wallet, requestUri, DETAILS)));
  if (answer.outcome !== "granted") throw new Error("not granted");
  const asked = { required: [], optional: [] };
  const nobody = { user_ref: null, passport_jkt: null, claims: null };
  for (const changed of [{ user_ref: null }, { claims: null }, nobody, { asked }, { ...nobody, asked: { required: ["x y"], optional: [] } }]) {
    expect(() => parseOrderRecord({ ...answer.order, ...changed })).toThrow(PasserbyMisuse);
  }
  expect(answer.answeredBy).toBe("passerby");
});

test("the attestation is renewed at half its life, and an old one serves while the relay is down", async () => {
  const attested = (): number => relay.calls.filter((call) => call.endsWith("/attestations")).length;
  await passerby.ask(QUESTION);
  await passerby.ask(QUESTION);
  expect(attested()).toBe(1);
  now += 43_200;
  relay.down = 1;
  await passerby.attest();
  expect(attested()).toBe(2);
  await passerby.ask(QUESTION);
  expect(attested()).toBe(3);
});

test("a connection that breaks while a request is parked is tried once more, with the same bytes", async () => {
  await passerby.attest();
  relay.down = 1;
  await passerby.ask(QUESTION);
  relay.down = 2;
  await expect(passerby.ask(QUESTION)).rejects.toBeInstanceOf(RelayUnreachable);
});

test("a relay that takes a new key does not close the shop", async () => {
  const { requestUri, pending } = await passerby.ask(QUESTION);
  relay.key = await makeSigningKey();
  const address = await relay.visit(wallet, requestUri, DETAILS);
  expect(await passerby.collect(pending, back(address))).toMatchObject({ outcome: "granted" });
});

test("a relay that publishes another's keys is not believed, and keys of later kinds are skipped", async () => {
  relay.further = [{ kty: "RSA", kid: relay.key.kid, alg: "RS256", n: "AQAB", e: "AQAB" }, ["EC"]];
  await passerby.attest();
  const load = (): Promise<Passerby> =>
    Passerby.load({ relay: ISSUER, sector: shop.sector, requestKey: shop.request, statement: shop.statement, clock: () => now, fetch: relay.fetch });
  relay.further = [{ ...publicJwk(relay.key), kid: relay.key.kid, alg: "ES256" }];
  await expect((await load()).attest()).rejects.toBeInstanceOf(RelayUnreachable);
  relay.further = [];
  relay.named = "http://127.0.0.1:4001";
  await expect((await load()).attest()).rejects.toBeInstanceOf(RelayUnreachable);
});

test("a problem of the relay comes with its word", async () => {
  const { pending } = await passerby.ask(QUESTION);
  await expect(passerby.collect(pending, { responseCode: "A".repeat(32) })).rejects.toEqual(new RelayProblem("code-wrong", 403, "collect an answer"));
});

test("what the Statement does not allow is not asked", async () => {
  const misuse = async (changed: Partial<Question>): Promise<void> => {
    await expect(passerby.ask({ ...QUESTION, ...changed })).rejects.toBeInstanceOf(PasserbyMisuse);
  };
  await misuse({ optional: ["birthdate"] });
  await misuse({ optional: ["name"] });
  await misuse({ optional: ["Address.Country"] });
  await misuse({ retention: 61 });
  await misuse({ retention: 1.5 });
  await misuse({ purpose: "" });
  await misuse({ recipients: ["x".repeat(81)] });
  await misuse({ redirectUri: "https://elsewhere.example/return" });
  expect(relay.parked.size).toBe(0);
});

test("a wrong set-up is found when the shop starts", async () => {
  const load = (changed: object): Promise<Passerby> =>
    Passerby.load({ relay: ISSUER, sector: shop.sector, requestKey: shop.request, statement: shop.statement, clock: () => now, ...changed });
  await expect(load({ relay: `${ISSUER}/` })).rejects.toBeInstanceOf(PasserbyMisuse);
  await expect(load({ relay: "http://relay.example" })).rejects.toBeInstanceOf(PasserbyMisuse);
  await expect(load({ sector: "Shoes.example" })).rejects.toBeInstanceOf(PasserbyMisuse);
  await expect(load({ requestKey: {} })).rejects.toBeInstanceOf(PasserbyMisuse);
  await expect(load({ requestKey: await makeSigningKey() })).rejects.toEqual(new PasserbyRefusal("request-key-unlisted"));
  await expect(load({ sector: "boots.localhost:4001" })).rejects.toEqual(new PasserbyRefusal("statement-sector"));
});
