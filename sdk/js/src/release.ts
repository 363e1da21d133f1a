/**
 * The sealed release: a compact JWE with integrated HPKE (docs/protocol.md section 8, draft-ietf-jose-hpke-encrypt,
 * draft-ietf-jose-hpke-pq-pqt).
 *
 * Opening fails with one word and no detail: whoever feeds altered releases to this code learns nothing from the answer.
 */
import {
  AEAD_AES_256_GCM, AEAD_ChaCha20Poly1305, KDF_HKDF_SHA256, KDF_SHAKE256, KEM_DHKEM_X25519_HKDF_SHA256, KEM_MLKEM768_X25519,
} from "@panva/hpke-noble";
import { CipherSuite } from "hpke";

import { PasserbyRefusal } from "./refusal.js";
import { findBytes, isB64uOf } from "./wire/b64u.js";
import { isObject, parseJsonObject, type JsonObject } from "./wire/json.js";
import { LARGEST_TOKEN } from "./wire/jws.js";

/** The algorithms of this revision. HPKE-9 is the post-quantum hybrid. */
export type ReleaseAlg = "HPKE-9" | "HPKE-4";

/** Header members that integrated HPKE does not have. */
const FOREIGN = ["crit", "enc", "zip"];

/** A private release key. Lives where parcels are packed, never in the shop's web process. */
export type PrivateReleaseJwk =
  | { kty: "AKP"; pub: string; priv: string; kid: string; alg: "HPKE-9" }
  | { kty: "OKP"; crv: "X25519"; x: string; d: string; kid: string; alg: "HPKE-4" };

/** What binds a release to one question of one shop. */
export interface ReleaseContext {
  client_id: string;
  nonce: string;
  response_uri: string;
}

export interface SealedRelease {
  protectedHeader: string;
  header: JsonObject;
  encapsulated: Uint8Array;
  ciphertext: Uint8Array;
}

/** The usable keys of a JWKS: `{"keys":[..]}`. Keys of other kinds are left alone. */
export function findReleaseKeys(jwks: unknown): PrivateReleaseJwk[] {
  const keys: unknown[] = isObject(jwks) && Array.isArray(jwks["keys"]) ? jwks["keys"] : [];
  return keys.filter(isPrivateReleaseJwk);
}

export function parseRelease(jwe: string): SealedRelease {
  const parts = jwe.length <= LARGEST_TOKEN ? jwe.split(".") : [];
  const [header, encapsulated, iv, ciphertext, tag] = parts.map(findBytes);
  if (parts.length !== 5 || !header || !encapsulated || !ciphertext || iv?.length !== 0 || tag?.length !== 0) {
    throw new PasserbyRefusal("release-malformed");
  }
  try {
    const fields = parseJsonObject(header);
    if (!FOREIGN.some((name) => Object.hasOwn(fields, name))) return { protectedHeader: parts[0] ?? "", header: fields, encapsulated, ciphertext };
  } catch {
    // Not a strict JSON object: the same answer as any other wrong form.
  }
  throw new PasserbyRefusal("release-malformed");
}

export function openRelease(release: SealedRelease, context: ReleaseContext, keys: PrivateReleaseJwk[]): Promise<Uint8Array> {
  return openSealed(release, deriveInfo(context), keys);
}

/** The JWE alone, for any HPKE `info`. */
export async function openSealed(release: SealedRelease, info: Uint8Array, keys: PrivateReleaseJwk[]): Promise<Uint8Array> {
  const { alg, kid } = release.header;
  const key = keys.find((candidate) => candidate.kid === kid && candidate.alg === alg);
  if (!key) throw new PasserbyRefusal("release-key");
  try {
    const suite = suiteOf(key.alg);
    const secret = await suite.DeserializePrivateKey(findBytes(key.kty === "AKP" ? key.priv : key.d) ?? new Uint8Array());
    return await suite.Open(secret, release.encapsulated, release.ciphertext, {
      aad: new TextEncoder().encode(release.protectedHeader),
      info,
    });
  } catch {
    throw new PasserbyRefusal("release-open");
  }
}

/** `"OpenID4VP-si" || 0xFF || client_id || 0xFF || nonce || 0xFF || response_uri`. 0xFF is no byte of UTF-8. */
export function deriveInfo({ client_id: clientId, nonce, response_uri: responseUri }: ReleaseContext): Uint8Array {
  const ascii = new TextEncoder();
  const parts = ["OpenID4VP-si", clientId, nonce, responseUri].map((text) => ascii.encode(text));
  return Uint8Array.from(parts.flatMap((part, index) => (index === 0 ? [...part] : [0xff, ...part])));
}

/** Whether a public JWK can be sealed to: the right members, and bytes that are a key of the algorithm. */
export function isSealable(jwk: JsonObject): boolean {
  const publicHalf = findPublicHalf(jwk);
  return publicHalf !== undefined && (publicHalf.alg === "HPKE-4" || isReduced(publicHalf.bytes));
}

/** FIPS 203 section 7.2: each 12 bits of the lattice part stand for a number below 3,329. The library takes others too. */
function isReduced(bytes: Uint8Array): boolean {
  for (let at = 0; at < 1152; at += 3) {
    const [low = 0, middle = 0, high = 0] = bytes.subarray(at, at + 3);
    if (low + ((middle & 15) << 8) >= 3329 || (middle >> 4) + (high << 4) >= 3329) return false;
  }
  return true;
}

function suiteOf(alg: ReleaseAlg): CipherSuite {
  return alg === "HPKE-9"
    ? new CipherSuite(KEM_MLKEM768_X25519, KDF_SHAKE256, AEAD_AES_256_GCM)
    : new CipherSuite(KEM_DHKEM_X25519_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_ChaCha20Poly1305);
}

function findPublicHalf({ kty, alg, crv, x, pub }: JsonObject): { alg: ReleaseAlg; bytes: Uint8Array } | undefined {
  if (kty === "AKP" && alg === "HPKE-9" && isB64uOf(pub, 1216)) return { alg, bytes: findBytes(pub) ?? new Uint8Array() };
  if (kty === "OKP" && alg === "HPKE-4" && crv === "X25519" && isB64uOf(x, 32)) return { alg, bytes: findBytes(x) ?? new Uint8Array() };
  return undefined;
}

function isPrivateReleaseJwk(value: unknown): value is PrivateReleaseJwk {
  if (!isObject(value) || typeof value["kid"] !== "string") return false;
  const publicHalf = findPublicHalf(value);
  return publicHalf !== undefined && isB64uOf(value[publicHalf.alg === "HPKE-9" ? "priv" : "d"], 32);
}
