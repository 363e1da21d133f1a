// What is said about a command that failed: what happened, and whether anything was sent. Never without the second.
import type { CommandError, KnownCode, Sent } from "../platform/command-error";
import { isKnownCode } from "../platform/command-error";
import { m } from "./texts/messages.js";

type Facts = CommandError["facts"];

const SENTENCES: Record<KnownCode, (facts: Facts) => string> = {
  "wrong-passphrase": () => m.e_passphrase(),
  "relay-unreachable": (facts) => m.e_down({ relay: String(facts["relay"] ?? "") }),
  "connection-broke": () => m.e_unsure(),
  "request-expired": () => m.e_expired(),
  "request-taken": () => m.e_other(),
  "request-answered": () => m.e_answered(),
  "clock-off": (facts) => m.e_clock({ minutes: Number(facts["minutes"] ?? 0) }),
  "disk-full": () => m.e_disk(),
  "not-a-link": () => m.e_link(),
  "clipboard-empty": () => m.e_clipboard(),
  "value-empty": () => m.e_empty(),
  "value-too-long": () => m.e_long(),
  "view-changed": () => m.e_changed(),
  "wrong-word": () => m.e_word(),
  "wrong-words": () => m.e_words(),
  locked: () => m.e_locked(),
};

const SENT: Record<Sent, () => string> = {
  nothing: () => m.sent_nothing(),
  "not-taken": () => m.sent_not_taken(),
  maybe: () => m.sent_maybe(),
};

export function whatHappened(error: CommandError): string {
  if (isKnownCode(error.code)) return SENTENCES[error.code](error.facts);
  return error.message === "" ? m.e_unknown() : error.message;
}

export function whatWasSent(sent: Sent): string {
  return SENT[sent]();
}
