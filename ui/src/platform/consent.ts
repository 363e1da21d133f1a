// What the consent screen shows, as Rust computed it. The window adds nothing, leaves out nothing and judges nothing.
// Times are milliseconds since 1970. Values are here in clear unless they are sensitive.

/** What the wallet found out about who asks. Only what was checked has a screen, for nothing else can be answered (docs/protocol.md, section 6.4). */
export type Found =
  | { is: "checked"; screen: ConsentView }
  /** `host` is merely claimed. */
  | { is: "unchecked"; host: string; foreign: boolean; reason: "no-keys" | "no-answer" }
  /** `keys` is a shop's; the others are a foreign verifier's. */
  | { is: "failed"; host: string; reason: "keys" | "certificate" | "around-its-keys" | "request" };

export type Familiarity =
  | { is: "first-time" }
  /** Nothing is remembered but that something was sent there: only a foreign verifier. */
  | { is: "sent-before"; lastSent: number }
  /** Its keys are remembered; the rest is absent until something was sent. */
  | { is: "known"; since: number; pseudonym: string | null; orders: number; lastSent: number | null };

/** What is different from the times before. All empty and absent: nothing is new. */
export interface News {
  purposeBefore: string | null;
  keptUntilBefore: number | null;
  newRecipients: string[];
  /** It asks for something that was not sent before; whether it was asked for, nobody remembers. */
  maybeMore: boolean;
  /** The person changed the address since: labels, never addresses. */
  moved: { sends: string; shopHas: string } | null;
}

export type CardKind = "deliver-to" | "messages" | "invoice" | "age" | "other";
export type Mark = "new-this-time" | "kept-longer" | "not-usual";
export type Need = "needed" | "your-choice";

/** What is saved under one name for one recipient. */
export type ValueView = { is: "shown"; text: string } | { is: "hidden" } | { is: "missing" };

/** One of several cards that can go: me at home, me at work, Mum. */
export interface RecipientView {
  id: string;
  /** Chosen by the person; empty for the card that bears no label. */
  label: string;
  /** By claim name; each claim of each line is in here. */
  values: Record<string, ValueView>;
}

/** Something less that can go in place of the value. */
export interface CoarserView {
  id: string;
  kind: "over-18" | "country" | "city" | "birth-year" | "part";
  /** What goes; to be typed for a recipient who is not in `answers`. */
  claims: string[];
  /** By recipient: what the shop would read, and whether it goes only after the passphrase. Nothing for one who lacks it. */
  answers: Record<string, CoarserAnswer>;
}

export interface CoarserAnswer {
  /** `true` or `false` for over-18, otherwise such as "Slovenia". */
  text: string;
  sensitive: boolean;
}

/** What is ticked, typed and sent as one: an address goes whole. */
export interface LineView {
  /** `address`, or a claim name. */
  id: string;
  claims: string[];
  need: Need;
  marks: Mark[];
  sensitive: null | "birth" | "document" | "other";
  coarser: CoarserView[];
}

export interface CardView {
  kind: CardKind;
  /** The default comes first; at least one, which may be all missing. */
  recipients: RecipientView[];
  lines: LineView[];
}

export interface Terms {
  kind: "delivery" | "sign-in" | "invoice";
  /** In the shop's words: shown in quotation marks, isolated and capped; empty when a foreign verifier names none. */
  purpose: string;
  /** Absent where nothing was promised, which is only for a foreign verifier. */
  keptUntil: number | null;
  recipients: string[];
}

export interface ConsentView {
  request: number;
  /** Says which view it was that the person saw; the answer names it, and Rust refuses another one. */
  revision: number;
  /** ASCII, and proven. */
  host: string;
  /** Another kind of verifier than a shop of ours: it promises nothing beyond its request, and knows no pseudonym. */
  foreign: boolean;
  /** How the host reads when its punycode is written out, if that is another text. */
  lookalike: string | null;
  /** A known shop with a similar name, which this is not. */
  notOther: { host: string; since: number } | null;
  tradeName: string;
  thisComputer: boolean;
  familiarity: Familiarity;
  /** The shop announced new main keys in time, and signs with them now. */
  newMainKeys: boolean;
  /** After a restore from words: whether the relay still had a copy of what this shop was told; absent otherwise. */
  broughtBack: null | "copy" | "none";
  news: News;
  cards: CardView[];
  /** Claims that will not be sent: never announced. */
  dropped: string[];
  /** Claims that are usual for `terms.kind`; present when the shop asks for more. */
  usual: string[] | null;
  terms: Terms;
  /** What the shop's own system gets to see beside the sealed copy: the order, and this; absent until it is made at the first sending. */
  visible: { pseudonym: string | null };
  /** As whom it can be answered: an answer that was begun goes on as it began. */
  names: "either" | "regular" | "stranger";
  /** Absent where the answer goes straight to who asks. */
  relay: string | null;
  hasPolicy: boolean;
  answerBy: number;
}
