/** A shop's keys for one test: root, request, release, and the Statement that joins them. */
import { calculateJwkThumbprint, exportJWK, generateKeyPair, CompactSign, importJWK, type JWK } from "jose";

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
  release: PrivateReleaseJwk;
  statement: string;
  members: Record<string, unknown>;
}

export async function makeShopKeys(sector: string, changed: Record<string, unknown> = {}, now = NOW): Promise<ShopKeys> {
  const [root, request] = [await makeSigningKey(), await makeSigningKey()];
  const okp = await exportJWK((await generateKeyPair("ECDH-ES", { crv: "X25519", extractable: true })).privateKey);
  const kid = await calculateJwkThumbprint(okp);
  const release = { kty: "OKP", crv: "X25519", x: okp.x, d: okp.d, kid, alg: "HPKE-4", use: "enc" } as PrivateReleaseJwk;
  const { d: _d, ...released } = release;
  const members = {
    iss: sector, seq: 1, iat: now - 1000, exp: now + 90 * 86_400, name: "Kovac Shoes",
    request_jkts: [request.kid], release_keys: [released], retention_max: 60,
    allowed_claims: ["name", "email", "phone_number", "address.street_address", "address.postal_code", "address.locality", "address.country"],
    policy_uri: `http${sector.includes("localhost") ? "" : "s"}://${sector}/privacy`,
    ...changed,
  };
  return { sector, root, request, release, members, statement: await signStatement(root, members) };
}

export function signStatement(root: JWK & { kid: string }, members: object | string, header: object = {}): Promise<string> {
  return sign({ typ: "passerby-statement+jwt", kid: root.kid, jwk: publicJwk(root), ...header }, members, root);
}
