/**
 * A small foreign wallet, made of jose and hpke alone: it shares no line with src/. It checks nothing and sends what it is told,
 * so that a test can make it send anything.
 */
import {
  AEAD_AES_256_GCM, AEAD_ChaCha20Poly1305, KDF_HKDF_SHA256, KDF_SHAKE256, KEM_DHKEM_X25519_HKDF_SHA256, KEM_MLKEM768_X25519,
} from "@panva/hpke-noble";
import { CipherSuite } from "hpke";
import { base64url, decodeJwt, type JWK } from "jose";
import { createHash, randomBytes } from "node:crypto";

import { makeSigningKey, publicJwk, sign } from "./shop-keys.js";

export const sha256 = (text: string | Buffer): string => createHash("sha256").update(text).digest("base64url");

export interface Asked {
  client_id: string;
  nonce: string;
  state: string;
  response_uri: string;
  dcql_query: { credentials: { id: string; claims?: { path: string[] }[] }[] };
  verifier_info: { format: string; data: string }[];
}

export interface Sent {
  response: string;
  grantClaim: string;
  passerbyClaim: string;
}

export class Wallet {
  private constructor(readonly person: JWK & { kid: string }) {}

  static async make(): Promise<Wallet> {
    return new Wallet(await makeSigningKey());
  }

  userRef(sector: string): string {
    return sha256(`passerby/1 user_ref\0${sector}\0${this.person.kid}`);
  }

  /** Seals `details` for the queries they belong to. `now` is the time in each signature. */
  async answer(request: string, passport: string, details: Record<string, unknown>, now: number, changed: Changes = {}): Promise<Sent> {
    const asked = decodeJwt(request) as unknown as Asked;
    const terms = asked.verifier_info.find(({ format }) => format === "passerby-terms")!.data;
    const bind = (presented: string, extra: object = {}): Promise<string> =>
      sign({ typ: "kb+jwt" }, {
        iat: now, aud: asked.client_id, nonce: asked.nonce, sd_hash: sha256(presented), passerby_terms_hash: sha256(terms), ...extra,
      }, this.person).then((kb) => presented + kb);

    const vpToken: Record<string, string[]> = { passport: [await bind(passport, changed.passportBinding)] };
    for (const query of asked.dcql_query.credentials) {
      const names = (query.claims ?? []).map(({ path }) => path.join(".")).filter((name) => name in details);
      if (names.length > 0) vpToken[query.id] = [await bind(await this.profile(names, details, now, changed.profile), changed.profileBinding)];
    }
    const plain = { vp_token: vpToken, state: asked.state, _pad: "", ...changed.response };
    plain._pad = "0".repeat(Math.max(0, 4096 - JSON.stringify(plain).length));
    const statement = decodeJwt(asked.verifier_info.find(({ format }) => format === "passerby-statement+jwt")!.data);
    const response = await seal(JSON.stringify(plain), (statement["release_keys"] as JWK[])[0]!, asked);
    const grantClaim = await sign({ typ: "passerby-grant+jwt", kid: this.person.kid, ...changed.claimHeader }, {
      aud: asked.client_id, iat: now, passport: vpToken["passport"]![0], client_id: asked.client_id, nonce: asked.nonce,
      response_uri: asked.response_uri, seq: 0, terms_hash: sha256(terms), claims: Object.keys(details), completion: "redirect",
      release_sha256: sha256(response), ...changed.claim,
    }, changed.claimKey ?? this.person);
    return { response, grantClaim, passerbyClaim: sha256(grantClaim) };
  }

  private profile(names: string[], details: Record<string, unknown>, now: number, changed: object = {}): Promise<string> {
    const disclosures = names.map((name) => base64url.encode(JSON.stringify([randomBytes(16).toString("base64url"), name.split(".").at(-1), details[name]])));
    const digests = (nested: boolean): string[] => disclosures.filter((_, index) => names[index]!.includes(".") === nested).map(sha256);
    const payload = {
      iss: `urn:ietf:params:oauth:jwk-thumbprint:sha-256:${this.person.kid}`, vct: "urn:passerby:vct:self-asserted-profile:1",
      cnf: { jwk: publicJwk(this.person) }, iat: now, _sd_alg: "sha-256", _sd: digests(false), address: { _sd: digests(true) }, ...changed,
    };
    return sign({ typ: "dc+sd-jwt", kid: this.person.kid }, payload, this.person).then((jwt) => [jwt, ...disclosures, ""].join("~"));
  }
}

/** What a test makes wrong. Each member is laid over what an honest wallet sends. */
export interface Changes {
  passportBinding?: object;
  profileBinding?: object;
  profile?: object;
  response?: object;
  claim?: object;
  claimHeader?: object;
  claimKey?: JWK;
}

export async function seal(plaintext: string, key: JWK, asked: Pick<Asked, "client_id" | "nonce" | "response_uri">): Promise<string> {
  const suite = key.alg === "HPKE-9"
    ? new CipherSuite(KEM_MLKEM768_X25519, KDF_SHAKE256, AEAD_AES_256_GCM)
    : new CipherSuite(KEM_DHKEM_X25519_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_ChaCha20Poly1305);
  const header = base64url.encode(JSON.stringify({ alg: key.alg, kid: key.kid }));
  const ff = Buffer.of(0xff);
  const info = Buffer.concat([Buffer.from("OpenID4VP-si"), ff, Buffer.from(asked.client_id), ff, Buffer.from(asked.nonce), ff, Buffer.from(asked.response_uri)]);
  const recipient = await suite.DeserializePublicKey(base64url.decode(key.pub ?? key.x!));
  const { encapsulatedSecret, ciphertext } = await suite.Seal(recipient, Buffer.from(plaintext), { aad: Buffer.from(header), info });
  return `${header}.${base64url.encode(encapsulatedSecret)}..${base64url.encode(ciphertext)}.`;
}
