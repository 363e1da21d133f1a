/**
 * The relay's attestation (docs/protocol.md section 4), as the shop reads it before it puts it into a request: if the relay
 * answered with another shop's, another key's or another relay's, the shop's log says so and no wallet has to.
 */
import { PasserbyRefusal } from "./refusal.js";
import { deriveJkt, findSigningJwk, isJkt, type SigningJwk } from "./wire/jwk.js";
import { parseJws, requireType, verifyJws } from "./wire/jws.js";
import { DAY, isExpired, isNotYetValid, isTime } from "./wire/time.js";

const LONGEST_LIFE = 30 * DAY;

export interface Attestation {
  compact: string;
  iat: number;
  exp: number;
  /** `<issuer>/v1/response/`. */
  responseUriPrefix: string;
}

export interface AttestationExpectation {
  issuer: string;
  sector: string;
  /** Thumbprint of the shop's request key. */
  requestJkt: string;
  relayKeys: ReadonlyMap<string, SigningJwk>;
  now: number;
}

/** Section 6 step 2, plus what only the shop knows: which key it asked for. */
export async function checkAttestation(compact: unknown, expected: AttestationExpectation): Promise<Attestation> {
  const jws = parseJws(compact, "attestation-malformed");
  const { iss, sub, iat, exp, cnf, statement_root_jkt: root, response_uri_prefix: prefix } = jws.payload;
  const named = typeof iss === "string" && typeof sub === "string";
  const bound = findSigningJwk((cnf as { jwk?: unknown } | null | undefined)?.jwk);
  if (!bound || !named || !isTime(iat) || !isTime(exp) || !isJkt(root) || typeof prefix !== "string") throw new PasserbyRefusal("attestation-malformed");
  requireType(jws, "verifier-attestation+jwt", "attestation-type");
  const key = expected.relayKeys.get(String(jws.header["kid"]));
  if (!key) throw new PasserbyRefusal("attestation-signature");
  await verifyJws(jws, key, "attestation-signature");
  if (iss !== expected.issuer || prefix !== `${expected.issuer}/v1/response/`) throw new PasserbyRefusal("attestation-issuer");
  if (isExpired(expected.now, exp) || isNotYetValid(expected.now, iat) || exp <= iat || exp - iat > LONGEST_LIFE) throw new PasserbyRefusal("attestation-expired");
  if (sub !== expected.sector || (await deriveJkt(bound)) !== expected.requestJkt) throw new PasserbyRefusal("attestation-sector");
  return { compact: jws.compact, iat, exp, responseUriPrefix: prefix };
}
