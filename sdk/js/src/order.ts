/**
 * What a shop keeps: the pending question while a person decides, and the order's record afterwards. Nothing in either is
 * personal: pseudonyms, hashes and names of details, never a detail.
 */
import { PasserbyMisuse } from "./refusal.js";
import { isClaimName } from "./wire/claim-name.js";
import { isObject, isTextArray } from "./wire/json.js";

/** A question that is out. Keep it with the session until the browser is back; plain JSON. */
export interface Pending {
  transaction_id: string;
  request_id: string;
  client_id: string;
  nonce: string;
  response_uri: string;
  terms_hash: string;
  required: string[];
  optional: string[];
  /** Seconds: until when an unopened request can be opened, and until when an opened one can be answered. */
  expires_at: number;
  response_by: number;
}

/** docs/protocol.md section 9.4: goes with the order, into the shop's database. Plain JSON. */
export interface OrderRecord {
  grant_id: string;
  /** The pseudonym at this shop; null when a wallet without passports answered. */
  user_ref: string | null;
  release_sha256: string;
  client_id: string;
  nonce: string;
  response_uri: string;
  terms_hash: string;
  passport_jkt: string | null;
  /** Names of the details in the release; null when a wallet without passports answered. */
  claims: string[] | null;
}

const TEXTS = ["grant_id", "release_sha256", "client_id", "nonce", "response_uri", "terms_hash"] as const;

/** An order's record as it comes out of a database or over HTTP. */
export function parseOrderRecord(value: unknown): OrderRecord {
  if (!isObject(value) || !TEXTS.every((name) => typeof value[name] === "string")) throw new PasserbyMisuse("not an order's record");
  const { user_ref: userRef, passport_jkt: jkt, claims } = value;
  const anonymous = userRef === null && jkt === null;
  const named = typeof userRef === "string" && typeof jkt === "string";
  const names = claims === undefined || claims === null ? null : claims;
  if (!(anonymous || named) || !(names === null || (isTextArray(names) && names.every(isClaimName)))) throw new PasserbyMisuse("not an order's record");
  const texts = Object.fromEntries(TEXTS.map((name) => [name, value[name]])) as Pick<OrderRecord, (typeof TEXTS)[number]>;
  return { ...texts, user_ref: userRef, passport_jkt: jkt, claims: names };
}
