/**
 * Compact JWS as docs/protocol.md section 1.3 wants it: explicit `typ`, `alg: ES256`, no `crit`, at most 65,536 bytes.
 *
 * Parsing and verifying are two steps because the protocol refuses them with different words. Nothing in a parsed JWS may be
 * believed before {@link verifyJws}.
 */
import { compactVerify, CompactSign, importJWK } from "jose";

import { PasserbyRefusal, type RefusalWord } from "../refusal.js";
import { findBytes } from "./b64u.js";
import { parseJsonObject, type JsonObject } from "./json.js";
import type { PrivateSigningJwk, SigningJwk } from "./jwk.js";

export const LARGEST_TOKEN = 65_536;

export interface Jws {
  compact: string;
  header: JsonObject;
  payload: JsonObject;
  /** Bytes of the signature: ES256 has 64. */
  signatureLength: number;
  malformed: RefusalWord;
}

/** Form only: size, three canonical parts, strict JSON objects. */
export function parseJws(compact: unknown, malformed: RefusalWord): Jws {
  if (typeof compact !== "string" || compact.length > LARGEST_TOKEN) throw new PasserbyRefusal(malformed);
  const parts = compact.split(".");
  const [header, payload, signature] = parts.map(findBytes);
  if (parts.length !== 3 || !header || !payload || !signature) throw new PasserbyRefusal(malformed);
  try {
    return { compact, header: parseJsonObject(header), payload: parseJsonObject(payload), signatureLength: signature.length, malformed };
  } catch {
    throw new PasserbyRefusal(malformed);
  }
}

/** `typ`, `alg`, `crit`: in that order, with one word. Only then it is known how long a signature must be. */
export function requireType({ header, signatureLength, malformed }: Jws, typ: string, word: RefusalWord): void {
  if (header["typ"] !== typ || header["alg"] !== "ES256" || Object.hasOwn(header, "crit")) throw new PasserbyRefusal(word);
  if (signatureLength !== 64) throw new PasserbyRefusal(malformed);
}

export async function verifyJws({ compact }: Jws, jwk: SigningJwk, word: RefusalWord): Promise<void> {
  try {
    await compactVerify(compact, await importJWK({ ...jwk }, "ES256"), { algorithms: ["ES256"] });
  } catch {
    throw new PasserbyRefusal(word);
  }
}

export async function signJws(header: JsonObject, payload: JsonObject, key: PrivateSigningJwk): Promise<string> {
  const { kty, crv, x, y, d } = key;
  return new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
    .setProtectedHeader({ alg: "ES256", ...header })
    .sign(await importJWK({ kty, crv, x, y, d }, "ES256"));
}
