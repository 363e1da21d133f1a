/** The shop proof (docs/protocol.md section 12): one call to the relay, signed by the request key for its method, address and body. */
import type { RequestKey } from "./request.js";
import { b64u, sha256B64u } from "./wire/b64u.js";
import { publicHalf } from "./wire/jwk.js";
import { signJws } from "./wire/jws.js";
import type { Clock, Random } from "./wire/time.js";

export interface ProofSource {
  sector: string;
  issuer: string;
  key: RequestKey;
  clock: Clock;
  random: Random;
}

export interface Call {
  method: "GET" | "POST";
  /** Without query. */
  url: string;
  /** The body's text; empty when there is none. */
  body: string;
}

export async function makeShopProof({ method, url, body }: Call, { sector, issuer, key, clock, random }: ProofSource): Promise<string> {
  const payload = {
    iss: sector,
    aud: issuer,
    iat: clock(),
    jti: b64u(random(16)),
    htm: method,
    htu: url,
    body_sha256: await sha256B64u(body),
  };
  return signJws({ typ: "passerby-shop+jwt", jwk: { ...publicHalf(key.jwk) } }, payload, key.jwk);
}
