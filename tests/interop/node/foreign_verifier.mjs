/**
 * A verifier of another make: `@openid4vc/openid4vp` writes the request and reads the answer, `jose` signs and opens, `@sd-jwt/sd-jwt-vc`
 * judges the credential. What is written here is only how a verifier holds them together.
 */
import { createHash, randomBytes, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { join } from "node:path";

import { calculateX509HashClientIdPrefixValue, Openid4vpVerifier } from "@openid4vc/openid4vp";
import { SDJwtVcInstance } from "@sd-jwt/sd-jwt-vc";
import * as jose from "jose";

const PROFILE = "urn:passerby:vct:self-asserted-profile:1";
const hash = (text, algorithm) => new Uint8Array(createHash(algorithm.replace("-", "")).update(text).digest());
const number = () => randomBytes(16).toString("base64url");

/** Opens on a free port of this computer, under the name in its certificate. `pki` is a folder as `verifier-pki` writes it. */
export async function openVerifier(pki, { name = "verifier.localhost", leaf = "leaf" } = {}) {
  const read = (file) => readFileSync(join(pki, file), "utf8");
  const pem = read(`${leaf}.pem`);
  const der = new X509Certificate(pem).raw;
  const signingKey = await jose.importPKCS8(read("leaf-key.pem"), "ES256");
  const { publicKey, privateKey } = await jose.generateKeyPair("ECDH-ES", { crv: "P-256", extractable: true });
  const answerJwk = { ...(await jose.exportJWK(publicKey)), kid: number(), use: "enc", alg: "ECDH-ES" };
  const sha256 = { hash, hasher: hash };
  const callbacks = {
    ...sha256,
    generateRandom: (length) => randomBytes(length),
    signJwt: async (signer, { header, payload }) => ({
      jwt: await new jose.SignJWT(payload).setProtectedHeader({ ...header, x5c: signer.x5c }).sign(signingKey),
      signerJwk: await jose.exportJWK(await jose.importX509(pem, "ES256")),
    }),
    verifyJwt: () => Promise.reject(new Error("answers are encrypted, not signed")),
    decryptJwe: async (jwe) => {
      const { plaintext } = await jose.compactDecrypt(jwe, privateKey, { keyManagementAlgorithms: ["ECDH-ES"], contentEncryptionAlgorithms: ["A128GCM", "A256GCM"] });
      return { decrypted: true, decryptionJwk: answerJwk, payload: new TextDecoder().decode(plaintext) };
    },
  };
  const verifier = new Openid4vpVerifier({ callbacks });
  const pending = new Map();
  const seen = { fetches: [], answers: [], refusals: [], errors: [] };

  const server = createServer({ cert: read("leaf.pem"), key: read("leaf-key.pem") }, (asked, answer) => {
    const parts = [];
    asked.on("data", (part) => parts.push(part));
    asked.on("end", () => {
      const form = new URLSearchParams(Buffer.concat(parts).toString());
      handle(asked, form).then(([status, type, body]) => answer.writeHead(status, { "content-type": type }).end(body), (error) => {
        seen.errors.push(error);
        answer.writeHead(500).end();
      });
    });
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const origin = `https://${name}:${server.address().port}`;

  /** What stands where a Statement would stand: status and text. */
  const wellKnown = { status: 404, text: "nothing here" };

  async function handle({ url, method, headers }, form) {
    if (url === "/.well-known/passerby-statement.jwt") return [wellKnown.status, "application/jwt", wellKnown.text];
    const [, room, id] = url.split("/");
    const question = pending.get(id);
    if (!question) return [404, "text/plain", "nothing here"];
    if (room === "requests") {
      seen.fetches.push({ method, headers, form });
      question.payload = question.make(form);
      return [200, "application/oauth-authz-req+jwt", await sign(question.payload, question.alter)];
    }
    try {
      const body = await question.take(form);
      return [200, "application/json", JSON.stringify(body)];
    } catch (error) {
      seen.refusals.push(error);
      return [400, "application/json", JSON.stringify({ error: "invalid_request" })];
    }
  }

  async function sign(payload, alter) {
    const wallet = payload.wallet_nonce ? { expectedNonce: payload.wallet_nonce } : undefined;
    const made = await verifier.createOpenId4vpAuthorizationRequest({
      authorizationRequestPayload: payload,
      jar: {
        requestUri: `${origin}/requests`,
        expiresInSeconds: 300,
        jwtSigner: { method: "x5c", alg: "ES256", x5c: [der.toString("base64")] },
        additionalJwtPayload: { aud: "https://self-issued.me/v2" },
      },
      wallet,
    });
    const object = made.jar.authorizationRequestJwt;
    return alter ? alter(object, signingKey, der.toString("base64")) : object;
  }

  /** Asks; resolves with the link and the promise of what the wallet will be found to say. */
  async function ask({ clientId = "x509_hash", method = "post", claims = ["name", "email"], change = (payload) => payload, alter, expect = {} } = {}) {
    const [id, nonce, state] = [number(), number(), number()];
    const prefixed = clientId === "x509_hash"
      ? `x509_hash:${await calculateX509HashClientIdPrefixValue({ hash, x509Certificate: der.toString("base64") })}`
      : `x509_san_dns:${name}`;
    const query = { id: "who", format: "dc+sd-jwt", meta: { vct_values: [PROFILE] }, claims: claims.map((path) => ({ path: path.split(".") })) };
    const make = (form) => change({
      client_id: prefixed,
      response_type: "vp_token",
      response_mode: "direct_post.jwt",
      response_uri: `${origin}/answers/${id}`,
      nonce,
      state,
      dcql_query: { credentials: [query] },
      client_metadata: {
        jwks: { keys: [answerJwk] },
        vp_formats_supported: { "dc+sd-jwt": { "sd-jwt_alg_values": ["ES256"], "kb-jwt_alg_values": ["ES256"] } },
        encrypted_response_enc_values_supported: ["A128GCM", "A256GCM"],
      },
      ...(form.has("wallet_nonce") ? { wallet_nonce: form.get("wallet_nonce") } : {}),
    });
    const take = async (form) => {
      if (form.has("error")) {
        seen.answers.push({ error: form.get("error"), state: form.get("state") });
        return {};
      }
      const parsed = await verifier.parseOpenid4vpAuthorizationResponse({
        authorizationResponse: { response: form.get("response") },
        authorizationRequestPayload: pending.get(id).payload,
        callbacks,
      });
      const [presentation] = parsed.dcql.presentations.who;
      const claims = await judge(presentation, { nonce: expect.nonce ?? nonce, audience: expect.audience ?? prefixed, required: query.claims.map(({ path }) => path.join(".")), key: expect.key });
      seen.answers.push({ presentation, claims, header: jose.decodeProtectedHeader(form.get("response")), payload: parsed.authorizationResponsePayload, nonce, audience: prefixed });
      return { redirect_uri: `${origin}/done` };
    };
    pending.set(id, { make, take, alter });
    const link = new URLSearchParams({ client_id: prefixed, request_uri: `${origin}/requests/${id}`, request_uri_method: method });
    return { link: `openid4vp://?${link}`, nonce, audience: prefixed };
  }

  return { ask, seen, wellKnown, origin, authority: join(pki, "anchor.pem"), close: () => new Promise((closed) => server.close(closed).closeAllConnections()) };
}

/** What an SD-JWT VC verifier of another make says of a presentation: its claims, or a thrown refusal. */
export async function judge(presentation, { nonce, audience, required, key }) {
  const payload = jose.decodeJwt(presentation.split("~")[0]);
  // Self-issued: the key is the one the credential is bound to, and `iss` is its thumbprint.
  const jwk = key ?? payload.cnf.jwk;
  if (payload.iss !== `urn:ietf:params:oauth:jwk-thumbprint:sha-256:${await jose.calculateJwkThumbprint(jwk)}`) throw new Error("another issuer");
  const checks = (jwk) => async (data, signature) => {
    try {
      await jose.compactVerify(`${data}.${signature}`, await jose.importJWK(jwk, "ES256"));
      return true;
    } catch {
      return false;
    }
  };
  const reader = new SDJwtVcInstance({ hasher: hash, hashAlg: "sha-256", verifier: checks(jwk), kbVerifier: (data, signature, { cnf }) => checks(cnf.jwk)(data, signature) });
  const verified = await reader.verify(presentation, { requiredClaimKeys: required, keyBindingNonce: nonce });
  if (verified.payload.vct !== PROFILE) throw new Error("another kind of credential");
  if (verified.kb.payload.aud !== audience) throw new Error("made for somebody else");
  return verified.payload;
}
