// What the person chose on the consent screen: choices among what was shown, never a decision of trust.
// Rust compares each of them with what it showed, and refuses what was not offered.

/** A value typed on the spot, for what is missing or over what is saved. */
export interface Typed {
  text: string;
  /** Save it in the wallet under the card's label; otherwise it goes this once. */
  keep: boolean;
}

export interface Answer {
  request: number;
  revision: number;
  /** By card kind: which recipient. */
  recipients: Record<string, string>;
  /** Lines of the person's own choice that go. */
  ticked: string[];
  /** By line: the coarser value that goes in place of the full one. */
  coarser: Record<string, string>;
  /** By claim. */
  typed: Record<string, Typed>;
  as: "regular" | "stranger";
}

export type Refusal = "this-time" | "later" | "always";

/** After an answer: what went, where to, and how to get back. */
export interface SentView {
  request: number;
  host: string;
  /** It went to no shop of ours: no relay carried it, and there is no receipt. */
  foreign: boolean;
  at: number;
  /** Claims that went; no values. */
  claims: string[];
  /** Absent where nobody promised anything. */
  deletesItself: number | null;
  /** Whether `consent.backToShop` leads anywhere. */
  leadsBack: boolean;
  /** The browser that leads back; absent for the system's own. */
  browser: string | null;
  /** Whether the spare key should be offered now. */
  offerSpareKey: boolean;
}

/** After a refusal. */
export interface DeclinedView {
  /** Whether `consent.backToShop` leads anywhere. */
  leadsBack: boolean;
  browser: string | null;
}
