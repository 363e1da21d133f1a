/**
 * `b64u` of docs/protocol.md section 1.2: base64url without padding. Padding, white space and non-canonical trailing bits
 * are refused, so that one text stands for one value and hashes of texts are hashes of values.
 */
import { base64url } from "jose";

const ALPHABET = /^[A-Za-z0-9_-]*$/;
const encoder = new TextEncoder();

export function b64u(bytes: Uint8Array | string): string {
  return base64url.encode(bytes);
}

/** The bytes, or undefined when the text is not canonical. */
export function findBytes(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!ALPHABET.test(text) || text.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(base64url.decode(text));
  return base64url.encode(bytes) === text ? bytes : undefined;
}

/** Whether a text is the `b64u` of exactly `length` bytes. */
export function isB64uOf(text: unknown, length: number): text is string {
  return typeof text === "string" && findBytes(text)?.length === length;
}

/** `b64u(SHA-256(input))`; a text is hashed as its UTF-8 (for the protocol's texts: ASCII) bytes. */
export async function sha256B64u(input: Uint8Array | string): Promise<string> {
  const bytes = typeof input === "string" ? encoder.encode(input) : new Uint8Array(input);
  return b64u(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}
