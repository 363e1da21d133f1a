/**
 * Step 1, request (docs/protocol.md section 5): the shop's question as a signed request object, and the link that opens it.
 *
 * Must never sign a question that the shop's own Statement does not allow: a wallet would show it crossed out or not at all.
 */
import type { Attestation } from "./attestation.js";
import { deriveQuery, type Asked } from "./dcql.js";
import { deriveGraded, findFault, findSubject, namesOf, type OrLess } from "./graded.js";
import type { Pending } from "./order.js";
import { PasserbyMisuse } from "./refusal.js";
import type { Statement } from "./statement.js";
import { makeTerms, type Terms } from "./terms.js";
import { b64u } from "./wire/b64u.js";
import { isClaimName } from "./wire/claim-name.js";
import type { PrivateSigningJwk } from "./wire/jwk.js";
import { LARGEST_TOKEN, signJws } from "./wire/jws.js";
import { clientIdOf, parseUrl, sectorOrigin } from "./wire/sector.js";
import type { Random } from "./wire/time.js";

const FIRST_FETCH = 300;
const ANSWER = 1800;
const MOST_CLAIMS = 32;
const LONGEST_LINK = 2048;

export interface Question extends Terms {
  /** What the order cannot do without: claim names, or `{ claim: "birthdate", orLess: ["age_over_18"] }` where less would do. */
  required: (string | OrLess)[];
  /** The person's choice, one by one. */
  optional: (string | OrLess)[];
  /** Where the browser comes back to: on the sector, or on one of the Statement's `return_origins`. */
  redirectUri: string;
  flow?: "same_device" | "cross_device";
  /** To put a second request (a QR code beside the link) into one transaction. */
  transactionId?: string;
}

export interface RequestKey {
  jwk: PrivateSigningJwk;
  jkt: string;
}

export interface SignedRequest {
  id: string;
  request: string;
  pending: Pending;
}

export interface RequestSource {
  issuer: string;
  statement: Statement;
  attestation: Attestation;
  key: RequestKey;
  now: number;
  random: Random;
}

export async function makeRequest(question: Question, source: RequestSource): Promise<SignedRequest> {
  const { issuer, statement, attestation, key, now, random } = source;
  const asked = deriveAsked(question);
  checkQuestion(asked, question.redirectUri, statement);
  const terms = await makeTerms(question, statement.retentionMax);
  const id = b64u(random(24));
  const pending: Pending = {
    transaction_id: question.transactionId ?? b64u(random(24)),
    request_id: id,
    client_id: clientIdOf(statement.sector),
    nonce: b64u(random(24)),
    response_uri: attestation.responseUriPrefix + id,
    terms_hash: terms.hash,
    ...asked,
    expires_at: now + FIRST_FETCH,
    response_by: now + ANSWER,
  };
  const payload = {
    client_id: pending.client_id,
    aud: "https://self-issued.me/v2",
    response_type: "vp_token",
    response_mode: "direct_post.jwt",
    response_uri: pending.response_uri,
    nonce: pending.nonce,
    state: b64u(random(24)),
    iat: now,
    exp: pending.expires_at,
    response_by: pending.response_by,
    flow: question.flow ?? "same_device",
    dcql_query: deriveQuery(asked, issuer),
    client_metadata: {
      jwks: { keys: statement.releaseKeys },
      vp_formats_supported: { "dc+sd-jwt": { "sd-jwt_alg_values": ["ES256"], "kb-jwt_alg_values": ["ES256"] } },
      encrypted_response_enc_values_supported: ["A128GCM", "A256GCM"],
    },
    verifier_info: [
      { format: "passerby-statement+jwt", data: statement.compact },
      { format: "passerby-terms", data: terms.data },
    ],
  };
  const header = { typ: "oauth-authz-req+jwt", kid: key.jkt, jwt: attestation.compact };
  const request = await signJws(header, payload, key.jwk);
  if (request.length > LARGEST_TOKEN) throw new PasserbyMisuse("the request is larger than 65,536 bytes; ask for less");
  return { id, request, pending };
}

/** The same query under `passerby://` (this product) and `openid4vp://` (any wallet). */
export function deriveLink(scheme: "passerby" | "openid4vp", clientId: string, requestUri: string): string {
  const link = `${scheme}://?client_id=${encodeURIComponent(clientId)}&request_uri=${encodeURIComponent(requestUri)}`;
  if (link.length > LONGEST_LINK) throw new PasserbyMisuse("the link is longer than 2,048 bytes: the relay's or the shop's host name is too long");
  return link;
}

/** Apart: what is asked whole, and what may be answered with less. */
function deriveAsked({ required, optional }: Question): Asked {
  const plain = (asked: (string | OrLess)[]): string[] => asked.filter((one) => typeof one === "string");
  const ways = (asked: (string | OrLess)[], needed: boolean) => asked.filter((one) => typeof one !== "string").map((one) => deriveGraded(one, needed));
  const graded = [...ways(required, true), ...ways(optional, false)];
  return { required: plain(required), optional: plain(optional), ...(graded.length > 0 && { graded }) };
}

function checkQuestion({ required, optional, graded = [] }: Asked, redirectUri: string, statement: Statement): void {
  const fault = graded.map(findFault).find((found) => found !== undefined);
  if (fault !== undefined) throw new PasserbyMisuse(fault);
  const subjects = graded.map(({ sets }) => findSubject(sets[0]?.[0] ?? ""));
  const again = [...required, ...optional].map(findSubject).some((subject) => subject !== undefined && subjects.includes(subject));
  if (again || new Set(subjects).size !== subjects.length) throw new PasserbyMisuse("what may be answered with less is asked for once more beside it");
  const names = [...required, ...optional, ...graded.flatMap(namesOf)];
  if (!names.every(isClaimName)) throw new PasserbyMisuse("a detail is asked by a name that is no claim name");
  if (new Set(names).size !== names.length) throw new PasserbyMisuse("a detail is asked twice");
  if (names.length > MOST_CLAIMS) throw new PasserbyMisuse("more than 32 details are asked");
  const foreign = names.filter((name) => !statement.allowedClaims.includes(name));
  if (foreign.length > 0) throw new PasserbyMisuse(`the Statement does not allow this shop to ask for: ${foreign.join(", ")}`);
  const origin = parseUrl(redirectUri)?.origin;
  if (origin === undefined || ![sectorOrigin(statement.sector), ...statement.returnOrigins].includes(origin)) {
    throw new PasserbyMisuse("redirectUri is neither on the shop's own host nor in return_origins");
  }
}
