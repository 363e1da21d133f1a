/**
 * A relay for tests: the shop's half of docs/protocol.md section 12 in memory, behind a `fetch`. It verifies shop proofs, because
 * that is what a real relay would refuse, and can be told to lie.
 */
import { base64url, compactVerify, decodeJwt, decodeProtectedHeader, importJWK, type JWK } from "jose";
import { randomBytes } from "node:crypto";

import { makeSigningKey, publicJwk, sign, type ShopKeys } from "./shop-keys.js";
import { sha256, type Sent, type Wallet } from "./wallet.js";

interface Parked {
  transactionId: string;
  request: string;
  redirectUri: string;
  fetched: boolean;
  answer?: object;
  code?: string;
}

export class StubRelay {
  readonly parked = new Map<string, Parked>();
  readonly openings: { grantId: string; reason: string }[] = [];
  readonly calls: string[] = [];
  readonly seen = new Set<string>();
  /** Laid over what collect answers. */
  lie: Record<string, unknown> = {};
  down = 0;
  /** What its key document says: whose keys, and which others. */
  named = "";
  further: object[] = [];
  /** No more may wait. */
  full = false;
  /** Milliseconds after which whoever was cut off is to come again. */
  retry = 5;
  private releases = new Map<string, string>();
  private waiting = new Set<() => void>();

  private constructor(readonly issuer: string, readonly shop: ShopKeys, public key: JWK & { kid: string }, readonly clock: () => number) {
    this.named = issuer;
  }

  static async make(issuer: string, shop: ShopKeys, clock: () => number): Promise<StubRelay> {
    return new StubRelay(issuer, shop, await makeSigningKey(), clock);
  }

  readonly fetch = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const path = url.slice(this.issuer.length);
    this.calls.push(`${init.method ?? "GET"} ${path}`);
    if (this.down > 0) {
      this.down -= 1;
      throw new TypeError("fetch failed");
    }
    if (path === "/.well-known/jwt-vc-issuer") {
      return Response.json({ issuer: this.named, jwks: { keys: [...this.further, { ...publicJwk(this.key), kid: this.key.kid, alg: "ES256" }] } });
    }
    const shopKey = await this.proven(url, init);
    if (!shopKey) return this.problem(401, "shop-proof");
    const body = init.body ? (JSON.parse(String(init.body)) as Record<string, string>) : {};
    const [, , noun, id] = path.split("/");
    if (noun === "attestations") return Response.json({ attestation: await this.attest(shopKey) });
    if (noun === "requests") return this.park(body);
    if (noun === "transactions" && path.endsWith("/events")) return this.events(id!, init);
    if (noun === "transactions") return path.endsWith("/collect") ? this.collect(id!, body["response_code"]!) : this.state(id!);
    if (noun === "grants" && this.releases.has(id!)) {
      this.openings.push({ grantId: id!, reason: body["reason"]! });
      return Response.json({ release: this.releases.get(id!), opened_at: this.clock() });
    }
    return this.problem(404, "not-found");
  };

  /** What a wallet does: fetch, decide, send. Returns the address the browser is sent to. */
  async visit(wallet: Wallet, requestUri: string, details: Record<string, unknown> | "decline", changed: object = {}): Promise<string> {
    const parked = this.parked.get(requestUri.split("/r/")[1]!)!;
    parked.fetched = true;
    this.ring();
    parked.code = randomBytes(24).toString("base64url");
    const back = new URL(parked.redirectUri);
    back.searchParams.set("response_code", parked.code);
    if (details === "decline") {
      parked.answer = { outcome: "declined" };
      this.ring();
      return back.href;
    }
    const sent: Sent = await wallet.answer(parked.request, await this.passport(wallet), details, this.clock(), changed);
    const grantId = `g-${randomBytes(12).toString("hex")}`;
    this.releases.set(grantId, sent.response);
    parked.answer = { outcome: "granted", grant_id: grantId, grant_claim: sent.grantClaim, consent_receipt: "a.b.c", relay_receipt: "a.b.c", release_sha256: sha256(sent.response) };
    this.ring();
    back.searchParams.set("passerby_claim", sent.passerbyClaim);
    return back.href;
  }

  /** How many streams are open. */
  get streams(): number {
    return this.waiting.size;
  }

  /** Ends all streams, as a relay that stops. */
  hangUp(): void {
    const waiting = [...this.waiting];
    this.waiting.clear();
    for (const look of waiting) look();
  }

  /** Whoever waits looks. */
  ring(): void {
    for (const look of [...this.waiting]) look();
  }

  /** Section 12.1. */
  private events(id: string, init: RequestInit): Response {
    const state = this.find(id);
    if (!state) return this.problem(404, "not-found");
    if (this.full) return this.problem(429, "too-many");
    const text = new TextEncoder();
    let said = new Headers(init.headers).get("last-event-id");
    let look = (): void => undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (stream) => {
        stream.enqueue(text.encode(`retry: ${this.retry}\n:\n\n`));
        look = (): void => {
          const now = this.find(id);
          if (now && now !== said) stream.enqueue(text.encode(`id: ${now}\ndata: {"state":"${now}"}\n\n`));
          said = now ?? null;
          const over = now === "answered" || now === "expired" || !this.waiting.has(look);
          if (over && this.waiting.delete(look) !== undefined) stream.close();
        };
        this.waiting.add(look);
        init.signal?.addEventListener("abort", () => {
          if (this.waiting.delete(look)) stream.error(new DOMException("aborted", "AbortError"));
        });
        look();
      },
      cancel: () => void this.waiting.delete(look),
    });
    return new Response(body, { headers: { "content-type": "text/event-stream", "x-accel-buffering": "no", "cache-control": "no-store" } });
  }

  passport(wallet: Wallet, changed: object = {}, header: object = {}): Promise<string> {
    const iat = this.clock() - (this.clock() % 86_400);
    const payload = {
      iss: this.issuer, vct: `${this.issuer}/vct/passport/1`, sub: wallet.userRef(this.shop.sector), sector: this.shop.sector,
      cnf: { jwk: publicJwk(wallet.person) }, iat, exp: iat + 90 * 86_400, assurance: "open", ...changed,
    };
    return sign({ typ: "dc+sd-jwt", kid: this.key.kid, ...header }, payload, this.key).then((jwt) => `${jwt}~`);
  }

  private attest(shopKey: JWK): Promise<string> {
    const iat = this.clock();
    const payload = {
      iss: this.issuer, sub: this.shop.sector, iat, exp: iat + 86_400, cnf: { jwk: shopKey },
      statement_root_jkt: this.shop.root.kid, response_uri_prefix: `${this.issuer}/v1/response/`,
    };
    return sign({ typ: "verifier-attestation+jwt", kid: this.key.kid }, payload, this.key);
  }

  private park(body: Record<string, string>): Response {
    const known = this.parked.get(body["id"]!);
    if (known && known.request !== body["request"]) return this.problem(409, "already-answered");
    this.parked.set(body["id"]!, { transactionId: body["transaction_id"]!, request: body["request"]!, redirectUri: body["redirect_uri"]!, fetched: false });
    return Response.json({ request_uri: `${this.issuer}/r/${body["id"]}` }, { status: 201 });
  }

  private state(transactionId: string): Response {
    const state = this.find(transactionId);
    return state ? Response.json({ state }) : this.problem(404, "not-found");
  }

  private find(transactionId: string): string | undefined {
    const parked = [...this.parked.values()].filter((candidate) => candidate.transactionId === transactionId);
    if (parked.length === 0) return undefined;
    return parked.some(({ answer }) => answer) ? "answered" : parked.some(({ fetched }) => fetched) ? "fetched" : "waiting";
  }

  private collect(transactionId: string, code: string): Response {
    const parked = [...this.parked.values()].find((candidate) => candidate.transactionId === transactionId && candidate.code === code);
    return parked?.answer ? Response.json({ ...parked.answer, ...this.lie }) : this.problem(403, "code-wrong");
  }

  private async proven(url: string, init: RequestInit): Promise<JWK | undefined> {
    const proof = new Headers(init.headers).get("authorization")?.replace("Bearer ", "") ?? "";
    const { jwk, typ } = decodeProtectedHeader(proof);
    const { payload } = await compactVerify(proof, await importJWK(jwk!, "ES256"));
    const said = JSON.parse(new TextDecoder().decode(payload)) as Record<string, string | number>;
    const fresh = !this.seen.has(String(said["jti"]));
    this.seen.add(String(said["jti"]));
    const holds = typ === "passerby-shop+jwt" && said["iss"] === this.shop.sector && said["aud"] === this.issuer && said["htm"] === init.method
      && said["htu"] === url && said["body_sha256"] === sha256(String(init.body ?? "")) && said["iat"] === this.clock() && fresh;
    return holds && jwk!.x === this.shop.request.x ? (jwk as JWK) : undefined;
  }

  private problem(status: number, word: string): Response {
    return Response.json({ type: `${this.issuer}/problems/${word}`, status }, { status, headers: { "content-type": "application/problem+json" } });
  }
}

/** For tests that alter what travels. */
export function termsOf(request: string): Record<string, unknown> {
  const info = (decodeJwt(request)["verifier_info"] as { format: string; data: string }[]).find(({ format }) => format === "passerby-terms")!;
  return JSON.parse(new TextDecoder().decode(base64url.decode(info.data))) as Record<string, unknown>;
}
