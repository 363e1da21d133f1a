/**
 * Step 6, reveal (docs/protocol.md section 10): opens one release for one order, where the release key lives.
 *
 * An entry point of its own, `@passerby/sdk/reveal`: no network, no request key, nothing kept. The caller shows the details,
 * prints them and forgets them.
 */
import { PROFILE_VCT } from "./dcql.js";
import { checkKeyBinding } from "./key-binding.js";
import { answeredBy, parseOrderRecord, type AnsweredBy, type OrderRecord } from "./order.js";
import { isAnsweredBy, parsePassport } from "./passport.js";
import { PasserbyMisuse, PasserbyRefusal, type RevealWord } from "./refusal.js";
import { findReleaseKeys, openRelease, parseRelease, type PrivateReleaseJwk } from "./release.js";
import { deriveUserRef } from "./user-ref.js";
import { sha256B64u } from "./wire/b64u.js";
import { isObject, parseJsonObject, type JsonObject } from "./wire/json.js";
import { deriveJkt, findSigningJwk, type SigningJwk } from "./wire/jwk.js";
import { parseJws, requireType, verifyJws } from "./wire/jws.js";
import { findSectorOf } from "./wire/sector.js";
import { findDetails, parsePresentation, type Detail, type Presentation } from "./wire/sd-jwt.js";
import { isTime, systemClock } from "./wire/time.js";

export { answeredBy, parseOrderRecord, findReleaseKeys, PasserbyMisuse, PasserbyRefusal };
export type { AnsweredBy, Detail, OrderRecord, PrivateReleaseJwk };

export interface Reveal {
  /** The sealed release, as the relay handed it out. */
  release: string;
  order: OrderRecord;
  releaseKeys: PrivateReleaseJwk[];
  /** Seconds since 1970; the system's clock unless a test says otherwise. */
  now?: number;
}

const THUMBPRINT = "urn:ietf:params:oauth:jwk-thumbprint:sha-256:";

/**
 * Claim name to detail. Look at {@link answeredBy} too: of another wallet's answer, whoever reads the details must be told that
 * nothing but the relay's word ties them to the customer.
 */
export async function reveal({ release, order, releaseKeys, now = systemClock() }: Reveal): Promise<Record<string, Detail>> {
  if ((await sha256B64u(release)) !== order.release_sha256) refuse("release-hash");
  const plaintext = await openRelease(parseRelease(release), order, releaseKeys);
  const { passport, profiles } = parseResponse(plaintext, order);
  let jkt = passport && (await checkPassport(passport, order, now));

  const details = new Map<string, Detail>();
  for (const profile of profiles) {
    const checked = await checkProfile(profile, { jkt, order, now });
    // Without a passport the first profile names the key that the others must have.
    jkt = checked.jkt;
    for (const [name, detail] of checked.details) {
      if (details.has(name)) refuse("reveal-claims");
      details.set(name, detail);
    }
  }
  const names = [...details.keys()];
  if (order.claims === null ? !isAnsweredBy(order.asked, names) : !isSame(new Set(order.claims), new Set(names))) refuse("reveal-claims");
  return Object.fromEntries(details);
}

function parseResponse(plaintext: Uint8Array, order: OrderRecord): { passport: Presentation | undefined; profiles: Presentation[] } {
  let token: JsonObject | undefined;
  try {
    const response = parseJsonObject(plaintext);
    token = isObject(response["vp_token"]) ? response["vp_token"] : undefined;
  } catch {
    token = undefined;
  }
  const entries = Object.entries(token ?? {}).map(([id, value]) => ({ id, presentation: findOnly(value) }));
  const parsed = entries.map(({ id, presentation }) => ({ id, presentation: parsePresentation(presentation, "response-malformed") }));
  const passport = parsed.find(({ id }) => id === "passport")?.presentation;
  const complete = passport !== undefined || (answeredBy(order) === "another-wallet" && parsed.length > 0);
  if (!complete) return refuse("response-malformed");
  return { passport, profiles: parsed.filter(({ id }) => id !== "passport").map(({ presentation }) => presentation) };
}

function findOnly(value: unknown): string | undefined {
  const only: unknown = Array.isArray(value) && value.length === 1 ? value[0] : undefined;
  return typeof only === "string" ? only : undefined;
}

/** Step 4. The relay's signature was checked when the order was made; here the passport must be that same person's. */
async function checkPassport(presentation: Presentation, order: OrderRecord, now: number): Promise<string> {
  const { jws, person, sub } = parsePassport(presentation, "response-malformed");
  requireType(jws, "dc+sd-jwt", "response-malformed");
  const sector = findSectorOf(order.client_id);
  if (sector === undefined) return refuse("response-malformed");
  const [jkt, userRef] = [await deriveJkt(person), await deriveUserRef(sector, person)];
  if (sub !== userRef) refuse("reveal-user");
  // Another wallet's order has no pseudonym to compare with: null, and only null, asks for nothing.
  if (order.user_ref !== null && (order.user_ref !== userRef || order.passport_jkt !== jkt)) refuse("reveal-user");
  await checkBinding(presentation, person, order, now);
  return jkt;
}

/** Step 5. */
async function checkProfile(presentation: Presentation, { jkt, order, now }: { jkt: string | undefined; order: OrderRecord; now: number }): Promise<{ jkt: string; details: Map<string, Detail> }> {
  const jws = parseJws(presentation.issued, "profile-malformed");
  const signer = findConfirmedKey(jws.payload);
  if (!signer || !isTime(jws.payload["iat"]) || jws.payload["vct"] !== PROFILE_VCT) return refuse("profile-malformed");
  requireType(jws, "dc+sd-jwt", "profile-malformed");
  const details = await findDetails(jws.payload, presentation.disclosures, "profile-malformed");

  await verifyJws(jws, signer, "profile-signature");
  const signerJkt = await deriveJkt(signer);
  if (jws.payload["iss"] !== THUMBPRINT + signerJkt || jws.header["kid"] !== signerJkt) refuse("profile-signature");
  if (jkt !== undefined && signerJkt !== jkt) refuse("profile-key");
  await checkBinding(presentation, signer, order, now);
  return { jkt: signerJkt, details };
}

/** Opened days after it was answered: the age does not count. */
async function checkBinding(presentation: Presentation, signer: SigningJwk, order: OrderRecord, now: number): Promise<void> {
  const { client_id: clientId, nonce, terms_hash: termsHash } = order;
  await checkKeyBinding(presentation, signer, { clientId, nonce, termsHash, now, anyAge: true, anyWallet: answeredBy(order) === "another-wallet" });
}

function findConfirmedKey({ cnf }: JsonObject): SigningJwk | undefined {
  return isObject(cnf) ? findSigningJwk(cnf["jwk"]) : undefined;
}

function isSame(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((name) => other.has(name));
}

function refuse(word: RevealWord): never {
  throw new PasserbyRefusal(word);
}
