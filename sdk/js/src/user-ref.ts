/** The pairwise pseudonym (docs/protocol.md section 2): recomputed by whoever receives a passport, never believed. */
import { sha256B64u } from "./wire/b64u.js";
import { deriveJkt, type SigningJwk } from "./wire/jwk.js";

export async function deriveUserRef(sector: string, jwk: SigningJwk): Promise<string> {
  return sha256B64u(`passerby/1 user_ref\0${sector}\0${await deriveJkt(jwk)}`);
}
