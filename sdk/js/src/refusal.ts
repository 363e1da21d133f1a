/**
 * What can go wrong, grouped by whose fault it is.
 *
 * - {@link PasserbyRefusal}: a message does not hold. Its `word` is the one of docs/protocol.md, the same in every
 *   implementation and in the vectors.
 * - {@link RelayProblem}: the relay said no (RFC 9457); {@link RelayUnreachable}: it said nothing that can be read.
 * - {@link PasserbyMisuse}: the shop's own set-up or call is wrong.
 *
 * No message ever carries a value, a key, a token or a code.
 */

/** Section 6 step 4 and 7: the Statement. */
export type StatementWord =
  | "statement-malformed"
  | "statement-type"
  | "statement-signature"
  | "statement-sector"
  | "statement-expired"
  | "request-key-unlisted"
  | "release-key-missing"
  | "retention-too-long"
  | "claim-not-allowed";

/** Section 6 step 2: the attestation. */
export type AttestationWord =
  | "attestation-malformed"
  | "attestation-type"
  | "attestation-signature"
  | "attestation-issuer"
  | "attestation-expired"
  | "attestation-sector";

/** Section 9.4: the key binding, also used by section 10. */
export type KeyBindingWord = "kb-signature" | "kb-audience" | "kb-nonce" | "kb-terms" | "kb-time";

/** Section 9.4: what the shop checks when the browser is back. */
export type DeliverWord =
  | KeyBindingWord
  | "claim-malformed"
  | "claim-type"
  | "passport-malformed"
  | "passport-type"
  | "passport-signature"
  | "passport-issuer"
  | "user-ref-mismatch"
  | "passport-sector"
  | "passport-expired"
  | "claim-signature"
  | "claim-binding"
  | "claim-claims"
  | "claim-mismatch"
  | "claim-missing";

/** Section 10: what is checked where the release key lives. */
export type RevealWord =
  | KeyBindingWord
  | "release-hash"
  | "release-malformed"
  | "release-key"
  | "release-open"
  | "response-malformed"
  | "reveal-user"
  | "profile-malformed"
  | "profile-signature"
  | "profile-key"
  | "reveal-claims";

export type RefusalWord = StatementWord | AttestationWord | DeliverWord | RevealWord;

/** A message that does not hold. Look at `word`; there is no further detail, on purpose. */
export class PasserbyRefusal extends Error {
  override readonly name = "PasserbyRefusal";

  constructor(readonly word: RefusalWord) {
    super(`refused: ${word}`);
  }
}

/** The relay answered with a problem. `word` is the last segment of its `type`; see docs/api.md. */
export class RelayProblem extends Error {
  override readonly name = "RelayProblem";

  constructor(
    readonly word: string,
    readonly status: number,
    readonly action: string,
  ) {
    super(`the relay refused to ${action}: ${word} (${status})`);
  }
}

/** The relay could not be reached, or its answer was not one. The request may have arrived. */
export class RelayUnreachable extends Error {
  override readonly name = "RelayUnreachable";

  constructor(
    readonly action: string,
    options?: ErrorOptions,
  ) {
    super(`no usable answer from the relay to: ${action}`, options);
  }
}

/** The shop's own configuration or call is wrong. The message says which part. */
export class PasserbyMisuse extends Error {
  override readonly name = "PasserbyMisuse";
}
