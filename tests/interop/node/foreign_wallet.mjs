/**
 * A wallet of another make, written from docs/protocol.md alone, with `jose` and `hpke`. It shares no line with the programs of this project.
 *
 * It holds details of one person in memory and answers two ways: as a Passerby wallet does, with passport and grant claim (`answer`), and as a wallet
 * that knows OpenID4VP only (`answerPlain`). Whatever it sends can be changed before it is signed, so that a test can be hostile in one place.
 */
import { AEAD_AES_256_GCM, AEAD_ChaCha20Poly1305, KDF_HKDF_SHA256, KDF_SHAKE256, KEM_DHKEM_X25519_HKDF_SHA256, KEM_MLKEM768_X25519 } from "@panva/hpke-noble";
import { CipherSuite } from "hpke";
import { base64url, calculateJwkThumbprint, compactVerify, CompactSign, decodeProtectedHeader, exportJWK, generateKeyPair, importJWK } from "jose";
import { createHash, randomBytes } from "node:crypto";

import { call, callJson } from "./loopback.mjs";

const PREFIX = "verifier_attestation:";
const PROFILE = "urn:passerby:vct:self-asserted-profile:1";
const THUMBPRINT = "urn:ietf:params:oauth:jwk-thumbprint:sha-256:";

const now = () => Math.floor(Date.now() / 1000);
const random = (length = 24) => base64url.encode(randomBytes(length));
/** `b64u(SHA-256(text))`, which the document uses throughout. */
export const sha256 = (text) => createHash("sha256").update(text).digest("base64url");

export async function makeKey() {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  const { kty, crv, x, y, d } = await exportJWK(privateKey);
  const jwk = { kty, crv, x, y };
  return { jwk, jkt: await calculateJwkThumbprint(jwk), secret: await importJWK({ ...jwk, d }, "ES256") };
}

export function sign(header, payload, key) {
  return new CompactSign(Buffer.from(JSON.stringify(payload))).setProtectedHeader({ alg: "ES256", ...header }).sign(key.secret);
}

/** Section 9.4 step 3 and section 2: what the shop will recompute. */
export const userRef = (sector, key) => sha256(`passerby/1 user_ref\0${sector}\0${key.jkt}`);

/** What a request was found to say. */
class VerifiedRequest {
  constructor(fields) {
    Object.assign(this, fields);
    this.terms = this.payload.verifier_info.find(({ format }) => format === "passerby-terms").data;
  }

  /** Query id to claim names, section 5.3. */
  get queries() {
    const asked = this.payload.dcql_query.credentials.filter(({ id }) => id !== "passport");
    return asked.map(({ id, claims }) => ({ id, names: claims.map(({ path }) => path.join(".")) }));
  }
}

export class ForeignWallet {
  constructor(details) {
    this.details = details;
  }

  /** Sections 5 and 6 at first sight. With `key`, the request is bound to it (section 5.4); without, to nobody. */
  async open(link, key) {
    const query = new URL(link).searchParams;
    const [clientId, requestUri] = [query.get("client_id"), query.get("request_uri")];
    const sector = clientId.slice(PREFIX.length);
    const issuer = new URL(requestUri).origin;
    const headers = { accept: "application/oauth-authz-req+jwt", ...(key ? { dpop: await makeDpop("GET", requestUri, key) } : {}) };
    const { status, text: object } = await call("GET", requestUri, { headers });
    if (status !== 200) throw new Error(`the relay handed out no request: ${status}`);

    const { json: metadata } = await callJson("GET", `${issuer}/.well-known/jwt-vc-issuer`);
    const relayKeys = new Map(metadata.jwks.keys.map((jwk) => [jwk.kid, jwk]));
    const header = decodeProtectedHeader(object);
    const attestation = await verify(header.jwt, "verifier-attestation+jwt", relayKeys.get(decodeProtectedHeader(header.jwt).kid));
    const payload = await verify(object, "oauth-authz-req+jwt", attestation.cnf.jwk);
    const carried = payload.verifier_info.find(({ format }) => format === "passerby-statement+jwt").data;
    const { text: fetched } = await call("GET", `http://${sector}/.well-known/passerby-statement.jwt`);
    const statements = await Promise.all([carried, fetched].map((one) => verify(one, "passerby-statement+jwt", decodeProtectedHeader(one).jwk)));
    const roots = await Promise.all([carried, fetched].map((one) => calculateJwkThumbprint(decodeProtectedHeader(one).jwk)));
    const [statement] = statements.sort((one, other) => other.seq - one.seq);

    expect(metadata.issuer === issuer && attestation.iss === issuer && attestation.sub === sector, "the attestation is another's");
    expect(payload.client_id === clientId && header.kid === (await calculateJwkThumbprint(attestation.cnf.jwk)), "the request is another's");
    expect(payload.response_uri === attestation.response_uri_prefix + requestUri.split("/r/")[1], "the answer would go elsewhere");
    expect(new Set([...roots, attestation.statement_root_jkt]).size === 1 && statement.iss === sector, "three sources name different roots");
    expect(statement.request_jkts.includes(header.kid) && !(statement.revoked_jkts ?? []).includes(header.kid), "the request key is not listed");
    return new VerifiedRequest({ payload, statement, sector, issuer, relayKeys, id: requestUri.split("/r/")[1] });
  }

  /** Section 9.1. */
  async passport(request, dpopKey, person, changed = {}) {
    const address = `${request.issuer}/v1/passports`;
    const proof = await sign({ typ: "passerby-passport-request+jwt", jwk: person.jwk }, { aud: request.issuer, iat: now(), sector: request.sector, request: request.id, ...changed }, person);
    return callJson("POST", address, { json: { request: request.id, proof }, headers: { dpop: await makeDpop("POST", address, dpopKey) } });
  }

  /** Section 8, without the seal: `vp_token`. A plain wallet has no passport and knows no terms. */
  async present(request, person, { passport, plain = false, changed = {} } = {}) {
    const { client_id: aud, nonce } = request.payload;
    const terms = plain ? {} : { passerby_terms_hash: sha256(request.terms) };
    const bind = async (unbound, extra = {}) => unbound + (await sign({ typ: "kb+jwt" }, { iat: now(), aud, nonce, sd_hash: sha256(unbound), ...terms, ...extra }, person));
    const token = passport ? { passport: [await bind(passport, changed.passportBinding)] } : {};
    for (const { id, names } of request.queries) {
      const held = names.filter((name) => name in this.details);
      if (held.length > 0) token[id] = [await bind(await this.#profile(held, person), changed.binding)];
    }
    return changed.token ? changed.token(token) : token;
  }

  /** Everything a Passerby wallet sends, sections 8, 9.2 and 9.3. */
  async answer(request, dpopKey, person, passport, changed = {}) {
    const { client_id, nonce, response_uri, state } = request.payload;
    const token = await this.present(request, person, { passport, changed });
    const plain = { vp_token: token, state, _pad: "" };
    const length = JSON.stringify(plain).length;
    const bucket = [1024, 2048, 4096, 8192].find((step) => length <= step) ?? Math.ceil(length / 8192) * 8192;
    plain._pad = "0".repeat(bucket - length);
    const key = ["HPKE-9", "HPKE-4"].map((alg) => request.statement.release_keys.find((one) => one.alg === alg)).find(Boolean);
    const response = await seal(JSON.stringify(plain), key, { client_id, nonce, response_uri });
    const claim = await sign({ typ: "passerby-grant+jwt", kid: person.jkt }, {
      aud: client_id, iat: now(), passport: token.passport[0], client_id, nonce, response_uri, seq: 0, terms_hash: sha256(request.terms),
      claims: Object.keys(this.details), completion: "redirect", release_sha256: sha256(response), ...changed.claim,
    }, changed.claimKey ?? person);
    const receipt = await sign({ typ: "consent-receipt+jwt", kid: person.jkt }, this.#receipt(request, person), person);
    const form = new URLSearchParams({ response, grant_claim: claim, consent_receipt: receipt });
    const answer = await this.#post(response_uri, form, { dpop: await makeDpop("POST", response_uri, dpopKey) });
    if (answer.status !== 200) return answer;
    const said = await verify(answer.json.relay_receipt, "passerby-relay-receipt+jwt", request.relayKeys.get(decodeProtectedHeader(answer.json.relay_receipt).kid));
    expect(said.grant_id === answer.json.grant_id && said.response_uri === response_uri && said.release_sha256 === sha256(response) && said.claim_sha256 === sha256(claim), "the relay's receipt is for something else");
    const back = new URL(answer.json.redirect_uri);
    expect(back.host === request.sector && !back.searchParams.has("passerby_claim"), "the way back leads elsewhere");
    back.searchParams.append("passerby_claim", sha256(claim));
    return { ...answer, back: back.href };
  }

  /** What a wallet sends that knows OpenID4VP only (section 9.3): `response`, sealed to a key of `client_metadata`. */
  async answerPlain(request, { alg = "HPKE-4", passport, headers = {}, changed = {} } = {}) {
    const { client_id, nonce, response_uri, client_metadata } = request.payload;
    const person = changed.person ?? (await makeKey());
    const vp_token = await this.present(request, person, { passport, plain: true, changed });
    const key = client_metadata.jwks.keys.find((one) => one.alg === alg);
    const response = await seal(JSON.stringify({ vp_token }), key, { client_id, nonce, response_uri, ...changed.context });
    const answer = await this.#post(response_uri, new URLSearchParams({ response }), headers);
    return answer.status === 200 ? { ...answer, back: answer.json.redirect_uri } : answer;
  }

  refuse(request) {
    return this.#post(request.payload.response_uri, new URLSearchParams({ error: "access_denied" }));
  }

  async #post(address, form, headers = {}) {
    const { text, ...answer } = await call("POST", address, { body: form.toString(), headers: { ...headers, "content-type": "application/x-www-form-urlencoded" } });
    return { ...answer, json: JSON.parse(text) };
  }

  /** A self-issued SD-JWT VC over these details. */
  async #profile(names, person) {
    const made = names.map((name) => {
      const text = base64url.encode(JSON.stringify([random(16), name.replace(/^address\./, ""), this.details[name]]));
      return { text, digest: sha256(text), nested: name.startsWith("address.") };
    });
    const digests = (nested) => made.filter((one) => one.nested === nested).map(({ digest }) => digest).sort();
    const payload = { iss: THUMBPRINT + person.jkt, vct: PROFILE, cnf: { jwk: person.jwk }, iat: now(), _sd_alg: "sha-256" };
    if (digests(false).length > 0) payload._sd = digests(false);
    if (digests(true).length > 0) payload.address = { _sd: digests(true) };
    return `${[await sign({ typ: "dc+sd-jwt", kid: person.jkt }, payload, person), ...made.map(({ text }) => text)].join("~")}~`;
  }

  /** The least that docs/receipt.md calls a receipt; the relay looks at its signature only. */
  #receipt(request, person) {
    const identifier = sha256(`passerby/1 receipt\0${request.payload.nonce}\0${userRef(request.sector, person)}`);
    return { "@id": `urn:passerby:receipt:${identifier}`, "@type": "dpv:ConsentReceipt", "dct:identifier": identifier, "dct:created": new Date().toISOString() };
  }
}

/** RFC 9449 section 4.2, without an access token. */
export function makeDpop(htm, htu, key) {
  return sign({ typ: "dpop+jwt", jwk: key.jwk }, { jti: random(), htm, htu, iat: now() }, key);
}

/** Section 8, JWE: integrated HPKE in base mode. */
export async function seal(plaintext, key, { client_id, nonce, response_uri }) {
  const suite = key.alg === "HPKE-9"
    ? new CipherSuite(KEM_MLKEM768_X25519, KDF_SHAKE256, AEAD_AES_256_GCM)
    : new CipherSuite(KEM_DHKEM_X25519_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_ChaCha20Poly1305);
  const header = base64url.encode(JSON.stringify({ alg: key.alg, kid: key.kid }));
  const info = Buffer.concat(["OpenID4VP-si", client_id, nonce, response_uri].flatMap((part, index) => [...(index > 0 ? [Buffer.of(0xff)] : []), Buffer.from(part)]));
  const to = await suite.DeserializePublicKey(base64url.decode(key.alg === "HPKE-9" ? key.pub : key.x));
  const { encapsulatedSecret, ciphertext } = await suite.Seal(to, Buffer.from(plaintext), { aad: Buffer.from(header), info });
  return `${header}.${base64url.encode(encapsulatedSecret)}..${base64url.encode(ciphertext)}.`;
}

/** A JWS of this `typ` by this key: its payload. */
async function verify(compact, typ, jwk) {
  const { payload, protectedHeader } = await compactVerify(compact, await importJWK(jwk, "ES256"), { algorithms: ["ES256"] });
  expect(protectedHeader.typ === typ && !("crit" in protectedHeader), `not a ${typ}`);
  return JSON.parse(Buffer.from(payload).toString());
}

function expect(holds, otherwise) {
  if (!holds) throw new Error(otherwise);
}
