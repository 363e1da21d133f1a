/** A shop's keys for one test: root, request, release, and the Statement that joins them. */
import { AEAD_AES_256_GCM, KDF_SHAKE256, KEM_MLKEM768_X25519 } from "@panva/hpke-noble";
import { CipherSuite } from "hpke";
import { base64url, calculateJwkThumbprint, exportJWK, generateKeyPair, CompactSign, importJWK, type JWK } from "jose";

import type { PrivateReleaseJwk } from "../../src/reveal.js";

export const NOW = 1_790_000_000;

export async function makeSigningKey(): Promise<JWK & { kid: string }> {
  const jwk = await exportJWK((await generateKeyPair("ES256", { extractable: true })).privateKey);
  return { ...jwk, kid: await calculateJwkThumbprint(jwk) };
}

export function publicJwk({ kty, crv, x, y }: JWK): JWK {
  return { kty, crv, x, y } as JWK;
}

export async function sign(header: object, payload: object | string, key: JWK): Promise<string> {
  const text = typeof payload === "string" ? payload : JSON.stringify(payload);
  return new CompactSign(new TextEncoder().encode(text))
    .setProtectedHeader({ alg: "ES256", ...header })
    .sign(await importJWK(key, "ES256"));
}

export interface ShopKeys {
  sector: string;
  root: JWK & { kid: string };
  request: JWK & { kid: string };
  /** Of HPKE-9, first in the Statement. */
  release: PrivateReleaseJwk;
  /** Of HPKE-4. */
  classical: PrivateReleaseJwk;
  statement: string;
  members: Record<string, unknown>;
}

export async function makeShopKeys(sector: string, changed: Record<string, unknown> = {}, now = NOW): Promise<ShopKeys> {
  const [root, request] = [await makeSigningKey(), await makeSigningKey()];
  const [release, classical] = [await makeHybridKey(), await makeClassicalKey()];
  const { priv: _priv, ...hybrid } = release as { priv: string };
  const { d: _d, ...x25519 } = classical as { d: string };
  const members = {
    iss: sector, seq: 1, iat: now - 1000, exp: now + 90 * 86_400, name: "Kovac Shoes",
    request_jkts: [request.kid], release_keys: [hybrid, x25519], retention_max: 60,
    allowed_claims: ["name", "email", "phone_number", "address.street_address", "address.postal_code", "address.locality", "address.country"],
    policy_uri: `http${sector.includes("localhost") ? "" : "s"}://${sector}/privacy`,
    ...changed,
  };
  return { sector, root, request, release, classical, members, statement: await signStatement(root, members) };
}

async function makeHybridKey(): Promise<PrivateReleaseJwk> {
  const suite = new CipherSuite(KEM_MLKEM768_X25519, KDF_SHAKE256, AEAD_AES_256_GCM);
  const pair = await suite.GenerateKeyPair(true);
  const [pub, priv] = [await suite.SerializePublicKey(pair.publicKey), await suite.SerializePrivateKey(pair.privateKey)].map((bytes) => base64url.encode(bytes));
  const jwk = { kty: "AKP", alg: "HPKE-9", pub: pub!, priv: priv! } as const;
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), use: "enc" } as PrivateReleaseJwk;
}

async function makeClassicalKey(): Promise<PrivateReleaseJwk> {
  const okp = await exportJWK((await generateKeyPair("ECDH-ES", { crv: "X25519", extractable: true })).privateKey);
  return { kty: "OKP", crv: "X25519", x: okp.x, d: okp.d, kid: await calculateJwkThumbprint(okp), alg: "HPKE-4", use: "enc" } as PrivateReleaseJwk;
}

export function signStatement(root: JWK & { kid: string }, members: object | string, header: object = {}): Promise<string> {
  return sign({ typ: "passerby-statement+jwt", kid: root.kid, jwk: publicJwk(root), ...header }, members, root);
}
