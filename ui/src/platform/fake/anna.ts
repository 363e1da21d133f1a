// Anna and what her wallet holds. Invented, and in no real register.
import { CommandError } from "../command-error";
import type { CardView, CoarserView, LineView, RecipientView, ValueView } from "../consent";

export const ADDRESS = [
  "address.street_address",
  "address.postal_code",
  "address.locality",
  "address.country",
] as const;

export const BIRTHDATE = "1991-04-17";
export const PHONE = "+386 40 555 417";
export const PASSPHRASE = "quiet heron orange stairs";

export function checkPassphrase(passphrase: string): void {
  if (passphrase !== PASSPHRASE) throw new CommandError("wrong-passphrase", "That is not the passphrase.", "nothing");
}

const shown = (text: string): ValueView => ({ is: "shown", text });

export const HOME = {
  name: "Anna Novak",
  "address.street_address": "Trubarjeva cesta 12",
  "address.postal_code": "1000",
  "address.locality": "Ljubljana",
  "address.country": "Slovenia",
  phone_number: PHONE,
  email: "anna@posta.example",
};
export const WORK = {
  ...HOME,
  "address.street_address": "Slovenska cesta 54, third floor",
};
export const MUM = {
  ...HOME,
  name: "Marija Novak",
  "address.street_address": "Glavni trg 3",
  "address.postal_code": "2000",
  "address.locality": "Maribor",
};

function recipient(id: string, label: string, values: Record<string, string>, claims: readonly string[]): RecipientView {
  const [given_name, family_name] = values["name"]?.split(" ") ?? [];
  const parts: Record<string, string | undefined> = { ...values, given_name, family_name };
  const pick = (claim: string): [string, ValueView] => {
    const text = parts[claim];
    return [claim, text === undefined ? { is: "missing" } : shown(text)];
  };
  return { id, label, values: Object.fromEntries(claims.map(pick)) };
}

export function line(id: string, part: Partial<LineView> = {}): LineView {
  const claims = id === "address" ? [...ADDRESS] : [id];
  return { id, claims, need: "needed", marks: [], sensitive: null, coarser: [], ...part };
}

/** Anna's three recipients for these lines. */
export function deliverTo(lines: LineView[], values: "hers" | "none" = "hers"): CardView {
  const claims = lines.flatMap((each) => each.claims);
  const none = [recipient("new", "", {}, claims)];
  const hers = [
    recipient("home", "home", HOME, claims),
    recipient("work", "work", WORK, claims),
    recipient("mum", "Mum", MUM, claims),
  ];
  return { kind: "deliver-to", lines, recipients: values === "hers" ? hers : none };
}

export function messages(part: Partial<LineView> = {}, values: "hers" | "none" = "hers"): CardView {
  const lines = [line("email", part)];
  const saved = values === "hers" ? HOME : {};
  return { kind: "messages", lines, recipients: [recipient("home", "", saved, ["email"])] };
}

export function age(part: Partial<LineView> = {}, saved: "saved" | "not-saved" = "saved"): CardView {
  const lines = [line("birthdate", { sensitive: "birth", coarser: [OVER_18, BIRTH_YEAR], ...part })];
  const values: Record<string, ValueView> = { birthdate: { is: saved === "saved" ? "hidden" : "missing" } };
  // Of somebody whose birth date is not saved, nothing follows from it.
  return { kind: "age", lines, recipients: [{ id: saved === "saved" ? "home" : "new", label: "", values }] };
}

export function document(part: Partial<LineView> = {}): CardView {
  const lines = [line("document_number", { sensitive: "document", ...part })];
  const values: Record<string, ValueView> = { document_number: { is: "missing" } };
  return { kind: "other", lines, recipients: [{ id: "home", label: "", values }] };
}

export const OVER_18 = { id: "age_over_18", kind: "over-18", claims: ["age_over_18"], answers: { home: { text: "true", sensitive: false } } } satisfies CoarserView;
export const BIRTH_YEAR = { id: "birth_year", kind: "birth-year", claims: ["birth_year"], answers: { home: { text: "1991", sensitive: false } } } satisfies CoarserView;
