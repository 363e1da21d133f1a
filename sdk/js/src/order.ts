/**
 * What a shop keeps: the pending question while a person decides, and the order's record afterwards. Nothing in either is
 * personal: pseudonyms, hashes and names of details, never a detail.
 */
import type { Asked } from "./dcql.js";
import { isGradedList, type Graded } from "./graded.js";
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
  /** What may be answered with less; absent without any. */
  graded?: Graded[];
  /** Seconds: until when an unopened request can be opened, and until when an opened one can be answered. */
  expires_at: number;
  response_by: number;
}

interface AnyRecord {
  grant_id: string;
  release_sha256: string;
  client_id: string;
  nonce: string;
  response_uri: string;
  terms_hash: string;
}

/** A Passerby wallet answered, and its grant claim held. */
export interface PasserbyRecord extends AnyRecord {
  /** The pseudonym at this shop. */
  user_ref: string;
  passport_jkt: string;
  /** Names of the details in the release. */
  claims: string[];
}

/**
 * A wallet of another make answered, or so the relay says. Nobody the shop knows: such an order belongs to no account, and
 * whoever packs it must be told.
 */
export interface UnsignedRecord extends AnyRecord {
  user_ref: null;
  passport_jkt: null;
  claims: null;
  /** What was asked; what is opened is held to it. */
  asked: Asked;
}

/** docs/protocol.md section 9.4: goes with the order, into the shop's database. Plain JSON. */
export type OrderRecord = PasserbyRecord | UnsignedRecord;

/** Which wallet answered, in a word. */
export type AnsweredBy = "passerby" | "another-wallet";

export function answeredBy({ user_ref: userRef }: Pick<OrderRecord, "user_ref">): AnsweredBy {
  return userRef === null ? "another-wallet" : "passerby";
}

const TEXTS = ["grant_id", "release_sha256", "client_id", "nonce", "response_uri", "terms_hash"] as const;

/** An order's record as it comes out of a database or over HTTP. */
export function parseOrderRecord(value: unknown): OrderRecord {
  if (!isObject(value) || !TEXTS.every((name) => typeof value[name] === "string")) throw new PasserbyMisuse("not an order's record");
  const { user_ref: userRef, passport_jkt: jkt, claims, asked } = value;
  const texts = Object.fromEntries(TEXTS.map((name) => [name, value[name]])) as unknown as AnyRecord;
  if (typeof userRef === "string" && typeof jkt === "string" && isNames(claims) && asked === undefined) {
    return { ...texts, user_ref: userRef, passport_jkt: jkt, claims };
  }
  const unsigned = userRef === null && jkt === null && claims === null;
  if (!unsigned || !isObject(asked)) throw new PasserbyMisuse("not an order's record");
  const { required, optional, graded } = asked;
  if (!isNames(required) || !isNames(optional) || !isGradedList(graded)) throw new PasserbyMisuse("not an order's record");
  return { ...texts, user_ref: null, passport_jkt: null, claims: null, asked: { required, optional, ...(graded === undefined ? {} : { graded }) } };
}

function isNames(value: unknown): value is string[] {
  return isTextArray(value) && value.every(isClaimName);
}
