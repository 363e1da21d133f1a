/**
 * What a shop holds in its hand: load once, `ask`, send the person to the link, `collect` when the browser is back.
 *
 * ```
 *  ask ──▶ link ──▶ (the person decides) ──▶ collect ──▶ order record
 *                                                          └─▶ openRelease ──▶ reveal, elsewhere
 * ```
 *
 * Must never hold a release key or the root key: this runs in the web process, which is the first thing that gets broken into.
 */
import { checkAttestation, type Attestation } from "./attestation.js";
import { followTransaction, type Patience } from "./follow.js";
import { answeredBy, type AnsweredBy, type OrderRecord, type Pending } from "./order.js";
import { acceptUnsigned, checkDelivery } from "./passport.js";
import { PasserbyMisuse, PasserbyRefusal } from "./refusal.js";
import { Relay, type Fetch, type TransactionState } from "./relay.js";
import { deriveLink, makeRequest, type Question, type RequestKey } from "./request.js";
import { checkStatement, requireReleaseKey, requireRequestKey, type Statement } from "./statement.js";
import { countCharacters } from "./wire/json.js";
import { deriveJkt, findPrivateSigningJwk, publicHalf, type SigningJwk } from "./wire/jwk.js";
import { isRelayIssuer, isSector } from "./wire/sector.js";
import { systemClock, systemRandom, type Clock, type Random } from "./wire/time.js";

export interface ShopConfig {
  /** The relay's issuer: an origin without a trailing slash. */
  relay: string;
  /** The shop's host; on this computer with its port. */
  sector: string;
  /** The private request key, as `passerby-shop init` writes it. */
  requestKey: object;
  /** The Statement, compact, as the shop also serves it at its well-known address. */
  statement: string;
  /**
   * Refuse answers of wallets of other makes [`claim-missing`]. Such an answer brings no pseudonym and nothing that the shop can
   * check, so that a lying relay could make one up. Without this they are taken, and marked.
   */
  onlyPasserbyWallets?: boolean;
  clock?: Clock;
  random?: Random;
  fetch?: Fetch;
}

export interface Asking {
  transactionId: string;
  requestUri: string;
  /** Opens Passerby. */
  link: string;
  /** The same question for any OpenID4VP wallet. */
  openid4vpLink: string;
  /** Keep it with the session, for `collect`. */
  pending: Pending;
}

export type Answer =
  | { outcome: "granted"; answeredBy: AnsweredBy; order: OrderRecord; consentReceipt: string | null; relayReceipt: string | null }
  | { outcome: "declined" };

export class Passerby {
  private attestation: Attestation | undefined;
  private relayKeys: Map<string, SigningJwk> | undefined;

  private constructor(
    readonly issuer: string,
    readonly statement: Statement,
    private readonly key: RequestKey,
    private readonly relay: Relay,
    private readonly onlyPasserbyWallets: boolean,
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  /** Reads the configuration and refuses one that no wallet would accept. Asks the network nothing. */
  static async load(config: ShopConfig): Promise<Passerby> {
    const { relay: issuer, sector, onlyPasserbyWallets = false, clock = systemClock, random = systemRandom, fetch = globalThis.fetch } = config;
    if (!isRelayIssuer(issuer)) throw new PasserbyMisuse("relay must be an https origin without a trailing slash (http only on this computer)");
    if (!isSector(sector)) throw new PasserbyMisuse("sector must be a lower-case host name without a port (on this computer: with its port)");
    const jwk = findPrivateSigningJwk(config.requestKey);
    if (!jwk) throw new PasserbyMisuse("requestKey must be a private P-256 JWK");
    const key = { jwk, jkt: await deriveJkt(publicHalf(jwk)) };
    const statement = await checkStatement(config.statement.trim(), { sector, now: clock() });
    requireRequestKey(statement, key.jkt);
    await requireReleaseKey(statement);
    const relay = new Relay({ sector, issuer, key, clock, random }, (url, init) => fetch(url, init));
    return new Passerby(issuer, statement, key, relay, onlyPasserbyWallets, clock, random);
  }

  /** The relay's word that this shop is known to it; kept in memory and renewed at half its life. */
  async attest(): Promise<Attestation> {
    const held = this.attestation;
    const now = this.clock();
    if (held && now < held.iat + (held.exp - held.iat) / 2) return held;
    try {
      return (this.attestation = await this.requestAttestation());
    } catch (error) {
      // Between half its life and its end the old one serves: a relay that is down for an hour must not close the shop.
      if (!held || now >= held.exp) throw error;
      return held;
    }
  }

  /** Signs a question and parks it at the relay. */
  async ask(question: Question): Promise<Asking> {
    const attestation = await this.attest();
    const { issuer, statement, key, random } = this;
    const { id, request, pending } = await makeRequest(question, { issuer, statement, attestation, key, random, now: this.clock() });
    const requestUri = await this.relay.park({ id, transaction_id: pending.transaction_id, request, redirect_uri: question.redirectUri });
    return {
      transactionId: pending.transaction_id,
      requestUri,
      link: deriveLink("passerby", pending.client_id, requestUri),
      openid4vpLink: deriveLink("openid4vp", pending.client_id, requestUri),
      pending,
    };
  }

  /** Whether a wallet has the question, and whether it has answered. For the page that waits. */
  async transaction({ transaction_id: id }: Pick<Pending, "transaction_id">): Promise<TransactionState> {
    return this.relay.transaction(id);
  }

  /**
   * The same, told: the state at once, then each further one as it comes, up to `answered` or `expired`. Ends with `signal`. By a stream of the relay, and
   * where a proxy holds that back, by asking again and again; both leave a state out that passed quickly.
   * @throws RelayProblem, RelayUnreachable when asking fails. Following anew is safe.
   */
  follow({ transaction_id: id }: Pick<Pending, "transaction_id">, { signal, patience }: { signal: AbortSignal; patience?: Patience }): AsyncGenerator<TransactionState, void, void> {
    return followTransaction(this.relay, id, signal, patience);
  }

  /**
   * Fetches the answer and checks it. `pending` must come from the session of the very browser that came back.
   * @throws PasserbyRefusal when the answer does not hold: make no order.
   */
  async collect(pending: Pending, returned: { responseCode: string; passerbyClaim?: string | undefined }): Promise<Answer> {
    const answer = await this.relay.collect(pending.transaction_id, returned.responseCode);
    if (answer.outcome === "declined") return answer;
    const { grantId, releaseSha256, grantClaim, consentReceipt, relayReceipt } = answer;
    const { passerbyClaim } = returned;
    const order = grantClaim === null
      ? acceptUnsigned({ grantId, releaseSha256, passerbyClaim, pending, onlyPasserbyWallets: this.onlyPasserbyWallets })
      : { grant_id: grantId, ...(await this.checkClaim(grantClaim, pending, passerbyClaim)) };
    return { outcome: "granted", answeredBy: answeredBy(order), order, consentReceipt, relayReceipt };
  }

  /** Fetches a sealed release. The relay records the opening and its reason, and the person sees both. */
  async openRelease(grantId: string, reason: string): Promise<{ release: string; openedAt: unknown }> {
    const characters = countCharacters(reason);
    if (characters < 1 || characters > 120) throw new PasserbyMisuse("the reason must have 1 to 120 characters");
    return this.relay.openRelease(grantId, reason);
  }

  private async checkClaim(grantClaim: string, pending: Pending, passerbyClaim: string | undefined): ReturnType<typeof checkDelivery> {
    const { issuer } = this;
    const check = (relayKeys: Map<string, SigningJwk>): ReturnType<typeof checkDelivery> =>
      checkDelivery({ grantClaim, passerbyClaim, pending, issuer, relayKeys, now: this.clock() });
    if (this.relayKeys) {
      try {
        return await check(this.relayKeys);
      } catch (error) {
        // The relay may have a new key since: read its list again, once.
        if (!(error instanceof PasserbyRefusal && error.word === "passport-signature")) throw error;
      }
    }
    return check((this.relayKeys = await this.relay.keys()));
  }

  private async requestAttestation(): Promise<Attestation> {
    const { issuer, key } = this;
    const compact = await this.relay.attest(this.statement.compact);
    this.relayKeys = await this.relay.keys();
    return checkAttestation(compact, { issuer, sector: this.statement.sector, requestJkt: key.jkt, relayKeys: this.relayKeys, now: this.clock() });
  }
}
