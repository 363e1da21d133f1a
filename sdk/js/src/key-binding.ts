/** The KB-JWT at the end of each presentation (docs/protocol.md sections 8 and 9.4 step 4): the person's key, this very question. */
import { PasserbyRefusal } from "./refusal.js";
import { sha256B64u } from "./wire/b64u.js";
import type { SigningJwk } from "./wire/jwk.js";
import { parseJws, requireType, verifyJws } from "./wire/jws.js";
import type { Presentation } from "./wire/sd-jwt.js";
import { isTime, SKEW } from "./wire/time.js";

const ANSWER = 1800;

export interface KeyBindingExpectation {
  clientId: string;
  nonce: string;
  termsHash: string;
  now: number;
  /** An order is opened days after it was answered: then the age does not count. */
  anyAge: boolean;
  /** A wallet of another make does not know the terms: then they may be left out, but not be others. */
  anyWallet: boolean;
}

export async function checkKeyBinding({ keyBinding, bound }: Presentation, jwk: SigningJwk, expected: KeyBindingExpectation): Promise<void> {
  const jws = parseJws(keyBinding, "kb-signature");
  const { iat, aud, nonce, sd_hash: hash, passerby_terms_hash: terms } = jws.payload;
  if (!isTime(iat) || ![aud, nonce, hash].every((text) => typeof text === "string")) throw new PasserbyRefusal("kb-signature");
  if (typeof terms !== "string" && !(expected.anyWallet && terms === undefined)) throw new PasserbyRefusal("kb-signature");
  requireType(jws, "kb+jwt", "kb-signature");
  await verifyJws(jws, jwk, "kb-signature");
  if (hash !== (await sha256B64u(bound))) throw new PasserbyRefusal("kb-signature");
  if (aud !== expected.clientId) throw new PasserbyRefusal("kb-audience");
  if (nonce !== expected.nonce) throw new PasserbyRefusal("kb-nonce");
  if (terms !== undefined && terms !== expected.termsHash) throw new PasserbyRefusal("kb-terms");
  const age = expected.now - iat;
  if (age < -SKEW || (!expected.anyAge && age > ANSWER + SKEW)) throw new PasserbyRefusal("kb-time");
}
