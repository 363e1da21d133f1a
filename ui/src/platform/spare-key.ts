// The spare key: how far it has come on paper, and the check of two words.
// The words themselves cross once, for the sheet, after the passphrase.

export interface SpareKeyView {
  state: "none" | "printed" | "checked";
}

/** Two numbers between 1 and 24, rising. */
export type Quiz = [number, number];
