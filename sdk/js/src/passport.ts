/**
 * Step 5, deliver: what the shop checks when the browser is back (docs/protocol.md section 9.4).
 *
 * The relay says who answered and what; nothing here believes it. The pseudonym is recomputed from the person's key, the grant
 * claim is signed by that key, and its hash has come around the relay, through the browser.
 */
import { passportVct } from "./dcql.js";
import { checkKeyBinding } from "./key-binding.js";
import type { Asked } from "./dcql.js";
import { isGradedAnswered, namesOf } from "./graded.js";
import type { PasserbyRecord, Pending, UnsignedRecord } from "./order.js";
import { PasserbyRefusal, type DeliverWord, type RefusalWord } from "./refusal.js";
import { deriveUserRef } from "./user-ref.js";
import { isB64uOf, sha256B64u } from "./wire/b64u.js";
import { isClaimName } from "./wire/claim-name.js";
import { isObject, isTextArray } from "./wire/json.js";
import { deriveJkt, findSigningJwk, type SigningJwk } from "./wire/jwk.js";
import { parseJws, requireType, verifyJws, type Jws } from "./wire/jws.js";
import { findSectorOf } from "./wire/sector.js";
import { parsePresentation, type Presentation } from "./wire/sd-jwt.js";
import { DAY, isExpired, isNotYetValid, isTime } from "./wire/time.js";

const LONGEST_LIFE = 90 * DAY;

export interface Delivery {
  grantClaim: unknown;
  /** What the browser brought: `b64u(SHA-256(ASCII(grant claim)))`. */
  passerbyClaim: unknown;
  pending: Pick<Pending, "client_id" | "nonce" | "response_uri" | "terms_hash" | "required" | "optional" | "graded">;
  issuer: string;
  relayKeys: ReadonlyMap<string, SigningJwk>;
  now: number;
}

/** The order's record without its `grant_id`, which only the relay can name. */
export type CheckedClaim = Omit<PasserbyRecord, "grant_id">;

interface Passport {
  jws: Jws;
  person: SigningJwk;
  iss: string;
  vct: string;
  sub: string;
  iat: number;
  exp: number;
}

interface GrantClaim {
  passport: string;
  aud: string;
  clientId: string;
  nonce: string;
  responseUri: string;
  termsHash: string;
  claims: string[];
  releaseSha256: string;
  seq: number;
  completion: string;
}

export async function checkDelivery(delivery: Delivery): Promise<CheckedClaim> {
  const { pending } = delivery;
  const jws = parseJws(delivery.grantClaim, "claim-malformed");
  const claim = parseGrantClaim(jws);
  requireType(jws, "passerby-grant+jwt", "claim-type");

  const { person, userRef } = await checkPassport(claim.passport, delivery);
  const jkt = await deriveJkt(person);

  if (jws.header["kid"] !== jkt) refuse("claim-signature");
  await verifyJws(jws, person, "claim-signature");
  checkBinding(claim, pending);
  if (!isAnsweredBy(pending, claim.claims)) refuse("claim-claims");
  if (delivery.passerbyClaim !== (await sha256B64u(jws.compact))) refuse("claim-mismatch");
  return {
    user_ref: userRef,
    release_sha256: claim.releaseSha256,
    client_id: pending.client_id,
    nonce: pending.nonce,
    response_uri: pending.response_uri,
    terms_hash: pending.terms_hash,
    passport_jkt: jkt,
    claims: claim.claims,
  };
}

/** What came without a grant claim: nothing in it can be checked, only the relay's word for it doubted. */
export interface UnsignedDelivery {
  grantId: string;
  releaseSha256: string;
  passerbyClaim: string | undefined;
  pending: Delivery["pending"];
  onlyPasserbyWallets: boolean;
}

/** Section 9.4, last paragraph. */
export function acceptUnsigned({ grantId, releaseSha256, passerbyClaim, pending, onlyPasserbyWallets }: UnsignedDelivery): UnsignedRecord {
  // The browser carries the hash of a grant claim that the relay says does not exist.
  if (passerbyClaim !== undefined) refuse("claim-mismatch");
  if (onlyPasserbyWallets) refuse("claim-missing");
  const { client_id, nonce, response_uri, terms_hash, required, optional, graded } = pending;
  const asked = { required: [...required], optional: [...optional], ...(graded && { graded }) };
  return { grant_id: grantId, user_ref: null, release_sha256: releaseSha256, client_id, nonce, response_uri, terms_hash, passport_jkt: null, claims: null, asked };
}

/** Steps 2 to 4. */
async function checkPassport(text: string, { pending, issuer, relayKeys, now }: Delivery): Promise<{ person: SigningJwk; userRef: string }> {
  const sector = findSectorOf(pending.client_id);
  if (sector === undefined) return refuse("passport-sector");
  const presentation = parsePresentation(text, "passport-malformed");
  const { jws, person, iss, vct, sub, iat, exp } = parsePassport(presentation, "passport-malformed");
  requireType(jws, "dc+sd-jwt", "passport-type");
  const key = relayKeys.get(String(jws.header["kid"]));
  if (!key) return refuse("passport-signature");
  await verifyJws(jws, key, "passport-signature");
  if (iss !== issuer || vct !== passportVct(issuer)) refuse("passport-issuer");

  const userRef = await deriveUserRef(sector, person);
  if (sub !== userRef) refuse("user-ref-mismatch");
  if (jws.payload["sector"] !== sector) refuse("passport-sector");
  if (isExpired(now, exp) || isNotYetValid(now, iat) || exp <= iat || exp - iat > LONGEST_LIFE) refuse("passport-expired");

  const { client_id: clientId, nonce, terms_hash: termsHash } = pending;
  await checkKeyBinding(presentation, person, { clientId, nonce, termsHash, now, anyAge: false, anyWallet: false });
  return { person, userRef };
}

/** Form only: every member of section 9.1, and nothing to disclose. */
export function parsePassport({ issued, disclosures }: Presentation, malformed: RefusalWord): Passport {
  const jws = parseJws(issued, malformed);
  const { iss, vct, sub, sector, assurance, iat, exp, cnf } = jws.payload;
  const person = isObject(cnf) ? findSigningJwk(cnf["jwk"]) : undefined;
  const named = [iss, vct, sub, sector, assurance].every((text) => typeof text === "string");
  if (!person || !named || !isTime(iat) || !isTime(exp) || disclosures.length > 0) throw new PasserbyRefusal(malformed);
  return { jws, person, iss: iss as string, vct: vct as string, sub: sub as string, iat, exp };
}

function parseGrantClaim({ payload }: Jws): GrantClaim {
  const { aud, iat, passport, client_id: clientId, nonce, response_uri: responseUri, seq } = payload;
  const { terms_hash: termsHash, claims, completion, release_sha256: releaseSha256 } = payload;
  const texts = [aud, passport, clientId, nonce, responseUri, termsHash].every((text) => typeof text === "string");
  const numbered = isTime(seq) && isTime(iat) && typeof completion === "string";
  if (!texts || !numbered || !isTextArray(claims) || !claims.every(isClaimName) || !isB64uOf(releaseSha256, 32)) refuse("claim-malformed");
  return { passport, aud, clientId, nonce, responseUri, termsHash, claims, releaseSha256, seq, completion } as GrantClaim;
}

function checkBinding(claim: GrantClaim, pending: Delivery["pending"]): void {
  const bound = claim.aud === pending.client_id && claim.clientId === pending.client_id && claim.nonce === pending.nonce
    && claim.responseUri === pending.response_uri && claim.termsHash === pending.terms_hash
    && claim.seq === 0 && claim.completion === "redirect";
  if (!bound) refuse("claim-binding");
}

/** All that was needed, nothing that was not asked for, and each once; of what may be answered with less exactly one set. */
export function isAnsweredBy({ required, optional, graded = [] }: Asked, claims: string[]): boolean {
  const unique = new Set(claims);
  const asked = new Set([...required, ...optional, ...graded.flatMap(namesOf)]);
  return unique.size === claims.length
    && required.every((name) => unique.has(name))
    && claims.every((name) => asked.has(name))
    && graded.every((ways) => isGradedAnswered(ways, unique));
}

function refuse(word: DeliverWord): never {
  throw new PasserbyRefusal(word);
}
