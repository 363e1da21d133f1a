/**
 * The shop's side of the relay's interface (docs/protocol.md section 12). Follows no redirect, sends no cookie, reads a bounded
 * answer, waits a bounded time. What the relay says is material for the checks in passport.ts and reveal.ts, never a fact.
 */
import { RelayProblem, RelayUnreachable } from "./refusal.js";
import { makeShopProof, type ProofSource } from "./shop-proof.js";
import { isB64uOf } from "./wire/b64u.js";
import { isObject, parseJsonObject, type JsonObject } from "./wire/json.js";
import { findSigningJwk, type SigningJwk } from "./wire/jwk.js";

const LARGEST_ANSWER = 262_144;
const PATIENCE_MS = 10_000;
const GRANT_ID = /^[A-Za-z0-9_-]{1,128}$/;
const PROBLEM = /\/problems\/([a-z-]{1,64})$/;

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;
export type TransactionState = "waiting" | "fetched" | "answered" | "expired";

export function isTransactionState(word: unknown): word is TransactionState {
  return word === "waiting" || word === "fetched" || word === "answered" || word === "expired";
}

export interface Granted {
  outcome: "granted";
  grantId: string;
  releaseSha256: string;
  grantClaim: string | null;
  consentReceipt: string | null;
  relayReceipt: string | null;
}
export type Collected = Granted | { outcome: "declined" };

export class Relay {
  constructor(
    private readonly source: ProofSource,
    private readonly fetch: Fetch,
  ) {}

  async attest(statement: string): Promise<unknown> {
    return (await this.post("/v1/attestations", { statement }, "attest the shop"))["attestation"];
  }

  /** Parks a request. The same id with the same bytes is answered again, so a broken connection is tried once more. */
  async park(body: { id: string; transaction_id: string; request: string; redirect_uri: string }): Promise<string> {
    const action = "park a request";
    const attempt = (): Promise<JsonObject> => this.post("/v1/requests", body, action);
    const answer = await attempt().catch((error: unknown) => {
      if (error instanceof RelayUnreachable) return attempt();
      throw error;
    });
    if (answer["request_uri"] !== `${this.source.issuer}/r/${body.id}`) throw new RelayUnreachable(action);
    return answer["request_uri"];
  }

  async transaction(id: string): Promise<TransactionState> {
    const { state } = await this.call("GET", `/v1/transactions/${encodeURIComponent(id)}`, "", "ask for a transaction");
    if (isTransactionState(state)) return state;
    throw new RelayUnreachable("ask for a transaction");
  }

  /** The event stream of a transaction, byte by byte. It is the caller's to end it, by `signal`. */
  async events(id: string, known: TransactionState | undefined, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const action = "wait for a transaction";
    const url = `${this.source.issuer}/v1/transactions/${encodeURIComponent(id)}/events`;
    const proof = await makeShopProof({ method: "GET", url, body: "" }, this.source);
    const headers = { authorization: `Bearer ${proof}`, accept: "text/event-stream", ...(known ? { "last-event-id": known } : {}) };
    const answer = await this.fetch(url, { method: "GET", headers, redirect: "error", credentials: "omit", signal });
    if (!answer.ok) throw problemOf(parseJsonObject(await readBounded(answer)), answer.status, action);
    if (!answer.headers.get("content-type")?.startsWith("text/event-stream") || !answer.body) throw new RelayUnreachable(action);
    return answer.body as unknown as AsyncIterable<Uint8Array>;
  }

  async collect(id: string, responseCode: string): Promise<Collected> {
    const action = "collect an answer";
    const answer = await this.post(`/v1/transactions/${encodeURIComponent(id)}/collect`, { response_code: responseCode }, action);
    if (answer["outcome"] === "declined") return { outcome: "declined" };
    const { grant_id: grantId, release_sha256: releaseSha256 } = answer;
    const [grantClaim, consentReceipt, relayReceipt] = ["grant_claim", "consent_receipt", "relay_receipt"].map((name) => answer[name] ?? null);
    const named = typeof grantId === "string" && GRANT_ID.test(grantId) && isB64uOf(releaseSha256, 32);
    if (answer["outcome"] !== "granted" || !named || !isTextOrNull(grantClaim) || !isTextOrNull(consentReceipt) || !isTextOrNull(relayReceipt)) {
      throw new RelayUnreachable(action);
    }
    return { outcome: "granted", grantId, releaseSha256, grantClaim, consentReceipt, relayReceipt };
  }

  async openRelease(grantId: string, reason: string): Promise<{ release: string; openedAt: unknown }> {
    const answer = await this.post(`/v1/grants/${encodeURIComponent(grantId)}/openings`, { reason }, "hand out a release");
    if (typeof answer["release"] !== "string") throw new RelayUnreachable("hand out a release");
    return { release: answer["release"], openedAt: answer["opened_at"] };
  }

  /** The relay's signing keys by `kid`, from its JWT VC issuer metadata (section 4). */
  async keys(): Promise<Map<string, SigningJwk>> {
    const action = "publish its keys";
    const metadata = await this.read(`${this.source.issuer}/.well-known/jwt-vc-issuer`, { method: "GET" }, action);
    const jwks = metadata["jwks"];
    const listed = isObject(jwks) && Array.isArray(jwks["keys"]) ? jwks["keys"] : [];
    const keys = new Map<string, SigningJwk>();
    for (const entry of listed) {
      const key = findSigningJwk(entry);
      // A relay may publish keys of kinds that come later: they are skipped.
      if (!key || !isObject(entry) || entry["alg"] !== "ES256") continue;
      const { kid } = entry;
      if (typeof kid !== "string" || keys.has(kid)) throw new RelayUnreachable(action);
      keys.set(kid, key);
    }
    if (metadata["issuer"] !== this.source.issuer || keys.size === 0) throw new RelayUnreachable(action);
    return keys;
  }

  private post(path: string, body: JsonObject, action: string): Promise<JsonObject> {
    return this.call("POST", path, JSON.stringify(body), action);
  }

  private async call(method: "GET" | "POST", path: string, body: string, action: string): Promise<JsonObject> {
    const url = this.source.issuer + path;
    const proof = await makeShopProof({ method, url, body }, this.source);
    const headers: Record<string, string> = { authorization: `Bearer ${proof}`, accept: "application/json" };
    if (method === "POST") headers["content-type"] = "application/json";
    return this.read(url, { method, headers, ...(method === "POST" ? { body } : {}) }, action);
  }

  private async read(url: string, init: RequestInit, action: string): Promise<JsonObject> {
    let status = 0;
    let body: JsonObject;
    try {
      const answer = await this.fetch(url, { ...init, redirect: "error", credentials: "omit", signal: AbortSignal.timeout(PATIENCE_MS) });
      status = answer.status;
      body = parseJsonObject(await readBounded(answer));
    } catch (cause) {
      throw new RelayUnreachable(action, { cause });
    }
    if (status >= 200 && status < 300) return body;
    throw problemOf(body, status, action);
  }
}

function problemOf(body: JsonObject, status: number, action: string): RelayProblem {
  return new RelayProblem(PROBLEM.exec(String(body["type"]))?.[1] ?? "unknown", status, action);
}

async function readBounded(answer: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > LARGEST_ANSWER) throw new RangeError("the answer is too large");
    chunks.push(chunk);
  }
  const all = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.length;
  }
  return all;
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === "string";
}
