// How a command fails: a code, Rust's own sentence, and whether anything was sent.
// It must never carry a value, a key or a pseudonym.

export type Sent = "nothing" | "not-taken" | "maybe";

/** What a sentence has places for, such as a relay's host or minutes; never a person's value. */
export type Facts = Readonly<Record<string, string>>;

export class CommandError extends Error {
  override readonly name = "CommandError";

  constructor(
    /** Kebab case: the wallet's own, or the protocol's refusal. The window has its own sentence for most (i18n/trouble). */
    readonly code: string,
    message: string,
    readonly sent: Sent,
    readonly facts: Facts = {},
  ) {
    super(message);
  }
}
