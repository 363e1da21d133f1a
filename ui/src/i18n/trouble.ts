// What is said about a command that failed: what happened, and whether anything was sent. Never without the second.
import type { CommandError, Facts, Sent } from "../platform/command-error";
import { m } from "./texts/messages.js";

type Sentence = (facts: Facts) => string;

const relay = (facts: Facts): string => String(facts["relay"] ?? m.the_relay());
const clock: Sentence = (facts) =>
  facts["minutes"] === undefined ? m.e_clock_off() : m.e_clock({ minutes: Number(facts["minutes"]) });

/** By the codes of crates/wallet (each `Trouble::code`), of the relay's problems, and of the shell. */
const SENTENCES: Readonly<Record<string, Sentence>> = {
  // The way to the relay, or to whoever asks.
  "relay-down": (facts) => m.e_down({ relay: relay(facts) }),
  "host-down": (facts) => m.e_down({ relay: facts["host"] ?? relay(facts) }),
  "relay-broke-off": m.e_unsure,
  "host-broke-off": m.e_unsure,
  "no-connection": m.e_connection,
  "too-many": m.e_busy,
  unavailable: m.e_busy,
  failed: m.e_busy,
  "relay-refused": m.e_refused,
  "host-refused": (facts) => (facts["host"] === undefined ? m.e_refused() : m.e_refused_host({ host: facts["host"] })),
  "relay-foreign": m.e_foreign,
  "host-foreign": m.e_foreign_host,
  "relay-address": m.e_foreign,
  "host-address": m.e_foreign_host,
  "already-parked": m.e_refused,
  "method-not-allowed": m.e_refused,
  "shop-proof": m.e_refused,
  "shop-unknown": m.e_refused,
  "shop-suspended": m.e_refused,
  "over-quota": m.e_refused,
  "code-wrong": m.e_refused,
  "code-used": m.e_refused,
  burned: m.e_refused,
  "self-copy-behind": m.e_refused,
  "too-large": m.e_refused,
  malformed: m.e_refused,
  "media-type": m.e_refused,
  "relay-receipt": m.e_receipt,
  "redirect-foreign": m.e_redirect,
  // The request.
  "request-expired": m.e_expired,
  expired: m.e_expired,
  "not-found": m.e_expired,
  blocked: (facts) => (facts["host"] === undefined ? m.e_blocked() : m.e_blocked_host({ host: facts["host"] })),
  "no-such-request": m.e_gone,
  "none-waiting": m.e_gone,
  "not-fetched": m.e_fetch,
  "already-taken": m.e_other,
  "already-answered": m.e_taken,
  "answered-before": m.e_answered,
  "declined-before": m.e_declined,
  "not-confirmed": m.e_unconfirmed,
  unclear: (facts) => (facts["host"] === undefined ? m.e_unclear() : m.e_unclear_host()),
  "request-not-yet-valid": clock,
  "wallet-proof": clock,
  "clock-off": clock,
  "cross-device": m.e_cross,
  "statement-unreachable": m.e_unreachable,
  "root-mismatch": m.e_mismatch,
  "root-changed": m.e_root,
  "not-a-link": m.e_link,
  "link-malformed": m.e_link,
  "link-client-id": m.e_link,
  "link-request-uri": m.e_link,
  "clipboard-empty": m.e_clipboard,
  "no-code": m.e_no_code,
  "no-screens": m.e_no_screen,
  "not-a-picture": m.e_picture,
  // The answer.
  changed: m.e_changed,
  "view-changed": m.e_changed,
  "value-missing": m.e_empty,
  "value-empty": m.e_empty,
  "value-too-long": m.e_long,
  "value-control-characters": m.e_control,
  "value-form": m.e_form,
  "several-values": m.e_picked,
  "several-waiting": m.e_picked,
  "no-such-label": m.e_picked,
  "named-partly": m.e_picked,
  "not-asked-for": m.e_picked,
  "not-on-cards": m.e_picked,
  "no-stranger": m.e_picked,
  "begun-as-another": m.e_begun,
  seal: m.e_seal,
  "relay-proof": m.e_seal,
  "nothing-chosen": m.nothing_ticked_yet,
  "passphrase-needed": m.auth_body,
  sensitive: m.withheld,
  "not-saved": m.e_not_saved,
  "no-former-value": m.e_not_saved,
  "saved-since": m.e_saved_since,
  "not-a-detail": m.e_picked,
  "not-a-label": m.e_label,
  "not-met": m.e_not_met,
  // The vault, and the ways into it.
  "disk-full": m.e_disk,
  vault: m.e_vault,
  "vault-damaged": m.e_damaged,
  "vault-not-whole": m.e_not_whole,
  locked: m.e_locked,
  "wrong-passphrase": m.e_passphrase,
  "passphrase-too-short": m.e_short,
  "wrong-words": m.e_words_other,
  "words-count": m.e_words_count,
  "words-unknown": m.e_words,
  "words-checksum": m.e_words,
  words: m.e_words,
  "words-wrong": m.e_word,
  keyring: m.e_keyring,
  "no-such-way": m.e_no_slot,
  "vault-in-use": m.t_in_use_what,
  "vault-newer": m.t_newer_what,
  "not-a-vault": m.t_not_a_vault_what,
  "vault-exists": m.e_exists,
  "wallet-open": m.e_exists,
  "vault-absent": m.e_absent,
  "no-randomness": m.e_random,
  // Files.
  "no-folder": m.b_no_folder,
  backup: m.e_backup,
  "backup-folder": m.e_backup,
  "backup-impossible": m.e_backup,
  "backup-foreign": m.b_foreign,
  "backup-newer": m.b_newer,
  "not-a-backup": m.e_not_backup,
  "backup-damaged": m.e_backup_damaged,
  "backup-absent": m.e_file,
  "backup-unreadable": m.e_file,
  "file-unreadable": m.e_file,
  "file-too-long": m.e_file_long,
  "file-unknown": m.e_file_kind,
  "not-written": m.e_file_written,
  "trust-anchors": m.e_anchors,
  // The desktop around the window.
  clipboard: m.e_no_clipboard,
  "no-browser": m.e_no_browser,
  settings: m.e_settings,
  autostart: m.e_settings,
};

/** Refusals of the protocol that people need not tell apart: what says it comes from there does not hold. */
const REFUSALS = /^(request|attestation|statement|x509|release|root|retention|claim|response|link|passport|user-ref)-/u;

const SENT: Record<Sent, () => string> = {
  nothing: m.sent_nothing,
  "not-taken": m.sent_not_taken,
  maybe: m.sent_maybe,
};

export const KNOWN_CODES = Object.keys(SENTENCES);

export function whatHappened(error: CommandError): string {
  const sentence = Object.hasOwn(SENTENCES, error.code) ? SENTENCES[error.code] : undefined;
  if (sentence) return sentence(error.facts);
  if (REFUSALS.test(error.code)) return m.e_refusal();
  return error.message === "" ? m.e_unknown() : error.message;
}

/** Whoever is no relay promises nothing about the same bytes a second time; what is over is not tried again. */
export function whatWasSent({ code, sent, facts }: Pick<CommandError, "code" | "sent" | "facts">): string {
  // That nothing was sent would be misread where the answer has arrived before.
  if (code === "answered-before") return m.sent_before();
  if (sent === "maybe" && code === "unclear") return m.sent_perhaps();
  const host = facts["host"];
  if (host === undefined || sent === "nothing") return SENT[sent]();
  return sent === "maybe" ? m.sent_maybe_host() : m.sent_not_taken_host({ host });
}
