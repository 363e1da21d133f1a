// The person's own details as the room "My data" shows them. Sensitive ones are hidden; history comes one by one.

/** Which saved value: a claim under a label; the label is empty for the card that bears none. */
export interface Where {
  claim: string;
  label: string;
}

export interface DetailView {
  claim: string;
  value: { is: "shown"; text: string } | { is: "hidden" };
  /** Hidden until asked for, and sent only after the passphrase. */
  sensitive: boolean;
  changed: number;
  hasHistory: boolean;
  /** Hosts that were sent this value. */
  knownTo: string[];
  /** Hosts that still have a former value of it. */
  outdatedAt: string[];
}

export interface DataCard {
  label: string;
  isDefault: boolean;
  details: DetailView[];
}

export interface DataView {
  cards: DataCard[];
}

/** A new card, or new values on one that is there: all of them or none. */
export interface CardDraft {
  label: string;
  values: Record<string, string>;
}

/** Why a line of a file was left out, as far as the window has a sentence of its own for it; it shows any other word as Rust wrote it. */
export const SKIPPED = ["unreadable", "empty", "too-long", "control-characters", "unknown-detail"] as const;

/** What a vCard or CSV file holds, before any of it is saved. */
export interface ImportView {
  /** The file's name, without its folder. */
  file: string;
  cards: CardDraft[];
  skipped: { line: number; why: string }[];
}

/** Something that was copied: Rust clears the clipboard at `ends`, in milliseconds since 1970. */
export interface Copied {
  ends: number;
}
