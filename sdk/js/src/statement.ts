/**
 * The Statement (docs/protocol.md section 3): signed by the shop's root key, which never comes near this code.
 *
 * A shop reads its own Statement at start, so that a wrong host, an expired Statement or an unlisted request key is found by the
 * shop's developer and not by the first customer.
 */
import { isSealable } from "./release.js";
import { PasserbyRefusal, type StatementWord } from "./refusal.js";
import { isClaimName } from "./wire/claim-name.js";
import { isObject, isShownText, isTextArray, type JsonObject, type JsonValue } from "./wire/json.js";
import { deriveJkt, findSigningJwk, isJkt, type SigningJwk } from "./wire/jwk.js";
import { parseJws, requireType, verifyJws, type Jws } from "./wire/jws.js";
import { isDevelopmentSector, isOrigin, isSector, parseUrl } from "./wire/sector.js";
import { DAY, isExpired, isNotYetValid, isTime } from "./wire/time.js";

const LONGEST_LIFE = 180 * DAY;

/** A public key that releases are sealed to. */
export interface ReleaseJwk {
  kid: string;
  alg: string;
  use: "enc";
  [member: string]: JsonValue | undefined;
}

/** A Statement whose signature, sector and time hold. Times are seconds, retention is days. */
export interface Statement {
  compact: string;
  sector: string;
  seq: number;
  iat: number;
  exp: number;
  prev: string | undefined;
  name: string;
  requestJkts: string[];
  releaseKeys: ReleaseJwk[];
  revokedJkts: string[];
  allowedClaims: string[];
  retentionMax: number;
  policyUri: string;
  returnOrigins: string[];
  rootJkt: string;
}

/** Section 6 step 4, for one Statement. */
export async function checkStatement(compact: unknown, expected: { sector: string; now: number }): Promise<Statement> {
  const jws = parseJws(compact, "statement-malformed");
  const { statement, root, kid } = parseMembers(jws);
  if (kid !== (await deriveJkt(root))) refuse("statement-malformed");
  requireType(jws, "passerby-statement+jwt", "statement-type");
  await verifyJws(jws, root, "statement-signature");
  if (statement.sector !== expected.sector) refuse("statement-sector");
  const { iat, exp } = statement;
  if (isExpired(expected.now, exp) || isNotYetValid(expected.now, iat) || exp <= iat || exp - iat > LONGEST_LIFE) refuse("statement-expired");
  return { ...statement, rootJkt: kid };
}

/** Section 6 step 7: the key may sign requests. */
export function requireRequestKey({ requestJkts, revokedJkts }: Statement, jkt: string): void {
  if (!requestJkts.includes(jkt) || revokedJkts.includes(jkt)) refuse("request-key-unlisted");
}

/** Section 6 step 7: the release key that a wallet seals to, of HPKE-9 rather than of HPKE-4. */
export async function requireReleaseKey({ releaseKeys, revokedJkts }: Statement): Promise<ReleaseJwk> {
  for (const alg of ["HPKE-9", "HPKE-4"]) {
    const key = releaseKeys.find((candidate) => candidate.alg === alg);
    if (key && isSealable(key) && !revokedJkts.includes(await deriveJkt(key))) return key;
  }
  return refuse("release-key-missing");
}

function parseMembers({ compact, header, payload }: Jws): { statement: Omit<Statement, "rootJkt">; root: SigningJwk; kid: string } {
  const root = findSigningJwk(header["jwk"]);
  const { iss, seq, iat, exp, prev, name, policy_uri: policyUri, retention_max: retentionMax } = payload;
  if (!root || typeof header["kid"] !== "string") return refuse("statement-malformed");
  if (typeof iss !== "string" || !isSector(iss) || !isTime(seq) || seq < 1 || !isTime(iat) || !isTime(exp)) return refuse("statement-malformed");
  if (prev === undefined ? seq > 1 : seq === 1 || !isJkt(prev)) return refuse("statement-malformed");
  if (!isShownText(name, 80) || !isTime(retentionMax) || retentionMax > 3650) return refuse("statement-malformed");
  const development = isDevelopmentSector(iss);
  if (typeof policyUri !== "string" || !hasScheme(policyUri, development ? ["https:", "http:"] : ["https:"])) return refuse("statement-malformed");
  const requestJkts = parseList(payload["request_jkts"], isJkt);
  if (requestJkts.length === 0) return refuse("statement-malformed");
  checkOptional(payload, development);
  return {
    root,
    kid: header["kid"],
    statement: {
      compact, sector: iss, seq, iat, exp, prev: prev as string | undefined, name, requestJkts, retentionMax, policyUri,
      releaseKeys: parseReleaseKeys(payload["release_keys"]),
      revokedJkts: parseOptionalList(payload["revoked_jkts"], isJkt),
      allowedClaims: parseList(payload["allowed_claims"], isClaimName),
      returnOrigins: parseOptionalList(payload["return_origins"], (text) => isOrigin(text, development)),
    },
  };
}

function parseReleaseKeys(value: unknown): ReleaseJwk[] {
  if (!Array.isArray(value) || !value.every(isReleaseKey)) return refuse("statement-malformed");
  const unique = (members: string[]): boolean => new Set(members).size === members.length;
  if (!unique(value.map((key) => key.kid)) || !unique(value.map((key) => key.alg))) return refuse("statement-malformed");
  return value;
}

function isReleaseKey(value: unknown): value is ReleaseJwk {
  return isObject(value) && typeof value["kid"] === "string" && typeof value["alg"] === "string" && value["use"] === "enc"
    && typeof value["kty"] === "string" && value["d"] === undefined && value["priv"] === undefined;
}

function checkOptional(payload: JsonObject, development: boolean): void {
  parseOptionalList(payload["desk_origins"], (text) => isOrigin(text, development));
  for (const contact of [payload["deletion_contact"], payload["authority_contact"]]) {
    if (contact !== undefined && !(typeof contact === "string" && hasScheme(contact, ["https:", "mailto:"]))) refuse("statement-malformed");
  }
  if (payload["next_root_jkt_hash"] !== undefined && !isJkt(payload["next_root_jkt_hash"])) refuse("statement-malformed");
}

function parseList(value: unknown, holds: (text: string) => boolean): string[] {
  return isTextArray(value) && value.every(holds) ? value : refuse("statement-malformed");
}

/** Left out is empty; `null` is not left out. */
function parseOptionalList(value: unknown, holds: (text: string) => boolean): string[] {
  return value === undefined ? [] : parseList(value, holds);
}

/** Section 3: addresses are visible ASCII, at most 2,048 characters. */
function hasScheme(text: string, schemes: string[]): boolean {
  return /^[!-~]{1,2048}$/.test(text) && schemes.includes(parseUrl(text)?.protocol ?? "");
}

function refuse(word: StatementWord): never {
  throw new PasserbyRefusal(word);
}
