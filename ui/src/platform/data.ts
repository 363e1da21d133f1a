// The person's own details as the room "My data" shows them. Sensitive ones are hidden; history comes one by one.

/** Which saved value: a claim under a label; the label is empty for the card that bears none. */
export interface Where {
  claim: string;
  label: string;
}

export interface DetailView {
  claim: string;
  value: { is: "shown"; text: string } | { is: "hidden" };
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
