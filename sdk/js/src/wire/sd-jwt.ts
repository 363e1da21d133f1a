/**
 * SD-JWT presentations (RFC 9901), as far as the protocol uses them: flat disclosures at the top and in `address`, always with a
 * key binding. Form only: nothing in here may be believed before the two signatures were checked.
 */
import { PasserbyRefusal, type RefusalWord } from "../refusal.js";
import { findBytes, sha256B64u } from "./b64u.js";
import { isClaimName } from "./claim-name.js";
import { isObject, isTextArray, parseJson, type JsonObject } from "./json.js";
import { LARGEST_TOKEN } from "./jws.js";

export interface Presentation {
  /** The issuer-signed JWT. */
  issued: string;
  disclosures: string[];
  /** The KB-JWT. */
  keyBinding: string;
  /** What `sd_hash` covers: everything up to and with the last `~`. */
  bound: string;
}

/** A disclosed detail. */
export type Detail = string;

const MEMBERS = ["iss", "vct", "cnf", "iat", "_sd_alg", "_sd", "address"];

export function parsePresentation(text: unknown, malformed: RefusalWord): Presentation {
  if (typeof text !== "string" || text.length > LARGEST_TOKEN) throw new PasserbyRefusal(malformed);
  const parts = text.split("~");
  const [issued, keyBinding] = [parts[0], parts.at(-1)];
  if (parts.length < 2 || !issued || !keyBinding) throw new PasserbyRefusal(malformed);
  return { issued, disclosures: parts.slice(1, -1), keyBinding, bound: text.slice(0, text.length - keyBinding.length) };
}

/** Claim name to detail. Each disclosure must have exactly one digest in the payload, and each name comes once. */
export async function findDetails(payload: JsonObject, disclosures: string[], malformed: RefusalWord): Promise<Map<string, Detail>> {
  const { address } = payload;
  const nestedOnly = address === undefined || (isObject(address) && Object.keys(address).join() === "_sd");
  const plain = Object.keys(payload).some((name) => !MEMBERS.includes(name)) || !nestedOnly;
  // Nothing stands in the clear: what was not disclosed one by one was not consented to one by one.
  if (plain || payload["_sd_alg"] !== "sha-256") throw new PasserbyRefusal(malformed);
  const top = parseDigests(payload["_sd"], malformed);
  const nested = parseDigests(address?.["_sd"], malformed);
  if (new Set([...top, ...nested]).size !== top.length + nested.length) throw new PasserbyRefusal(malformed);

  const details = new Map<string, Detail>();
  for (const disclosure of disclosures) {
    const digest = await sha256B64u(disclosure);
    const { segment, detail } = parseDisclosure(disclosure, malformed);
    const inTop = top.includes(digest);
    if (!inTop && !nested.includes(digest)) throw new PasserbyRefusal(malformed);
    const name = inTop ? segment : `address.${segment}`;
    if (details.has(name) || !isClaimName(name)) throw new PasserbyRefusal(malformed);
    details.set(name, detail);
  }
  return details;
}

function parseDigests(value: unknown, malformed: RefusalWord): string[] {
  if (value === undefined) return [];
  if (!isTextArray(value)) throw new PasserbyRefusal(malformed);
  return value;
}

function parseDisclosure(disclosure: string, malformed: RefusalWord): { segment: string; detail: Detail } {
  const bytes = findBytes(disclosure);
  try {
    const [salt, segment, detail, ...rest] = bytes ? (parseJson(bytes) as unknown[]) : [];
    const texts = typeof salt === "string" && typeof segment === "string" && typeof detail === "string";
    if (texts && !segment.includes(".") && rest.length === 0) return { segment, detail };
  } catch {
    // Not JSON, or not an array: the same answer as any other wrong form.
  }
  throw new PasserbyRefusal(malformed);
}
