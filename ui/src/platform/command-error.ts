// How a command fails: a code from a closed list, Rust's own sentence, and whether anything was sent.
// It must never carry a value, a key or a pseudonym.

export type Sent = "nothing" | "not-taken" | "maybe";

/** Codes that the window has its own sentence for, in the person's language. Others fall back to the message. */
export const KNOWN_CODES = [
  "wrong-passphrase",
  "relay-unreachable",
  "connection-broke",
  "request-expired",
  "request-taken",
  "request-answered",
  "clock-off",
  "disk-full",
  "not-a-link",
  "clipboard-empty",
  "value-empty",
  "value-too-long",
  "view-changed",
  "wrong-word",
  "wrong-words",
  "locked",
] as const;

export type KnownCode = (typeof KNOWN_CODES)[number];

export class CommandError extends Error {
  override readonly name = "CommandError";

  constructor(
    readonly code: string,
    message: string,
    readonly sent: Sent,
    /** What the sentence has places for, such as a relay's host or minutes; never a person's value. */
    readonly facts: Readonly<Record<string, string | number>> = {},
  ) {
    super(message);
  }
}

export function isKnownCode(code: string): code is KnownCode {
  return (KNOWN_CODES as readonly string[]).includes(code);
}
