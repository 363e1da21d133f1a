/** Keys on the wire (docs/protocol.md sections 1.5, 1.6 and 8) and their RFC 7638 thumbprints. */
import { calculateJwkThumbprint } from "jose";

import { findBytes, isB64uOf } from "./b64u.js";
import { isObject } from "./json.js";

/** A public P-256 signing key. */
export interface SigningJwk {
  kty: "EC";
  crv: "P-256";
  x: string;
  y: string;
}

/** A signing key with its private half: the shop's request key, never anything else in this package. */
export interface PrivateSigningJwk extends SigningJwk {
  d: string;
}

/** The key, without members that do not belong to it, or undefined when it is not a public P-256 key. */
export function findSigningJwk(value: unknown): SigningJwk | undefined {
  if (!isObject(value) || value["d"] !== undefined) return undefined;
  return findPublicHalf(value);
}

export function findPrivateSigningJwk(value: unknown): PrivateSigningJwk | undefined {
  if (!isObject(value) || !isB64uOf(value["d"], 32)) return undefined;
  const publicHalf = findPublicHalf(value);
  return publicHalf && { ...publicHalf, d: value["d"] };
}

export function publicHalf({ kty, crv, x, y }: SigningJwk): SigningJwk {
  return { kty, crv, x, y };
}

/** `JKT(k)`: 43 characters. Works for EC, OKP and AKP keys. */
export function deriveJkt(jwk: object): Promise<string> {
  return calculateJwkThumbprint(jwk, "sha256");
}

export function isJkt(value: unknown): value is string {
  return isB64uOf(value, 32);
}

function findPublicHalf({ kty, crv, x, y }: { [name: string]: unknown }): SigningJwk | undefined {
  if (kty !== "EC" || crv !== "P-256" || !isB64uOf(x, 32) || !isB64uOf(y, 32) || !isOnCurve(x, y)) return undefined;
  return { kty, crv, x, y };
}

const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

/** y² = x³ - 3x + b over P-256's field (FIPS 186-5), so that a point off the curve is a wrong form and not a failed signature. */
function isOnCurve(x: string, y: string): boolean {
  const [u, v] = [toInteger(x), toInteger(y)];
  return u < P && v < P && (v * v - (u * u * u - 3n * u + B)) % P === 0n;
}

function toInteger(text: string): bigint {
  return (findBytes(text) ?? new Uint8Array()).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}
