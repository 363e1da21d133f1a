// Shops that this wallet has met, and what each was given: names of details and times, no values.
export interface ShopLine {
  host: string;
  tradeName: string;
  since: number;
  pseudonym: string | null;
  orders: number;
  blocked: boolean;
}

export interface OpeningView {
  at: number;
  /** In the shop's words. */
  reason: string;
}

export interface GrantView {
  id: string;
  given: number;
  state: "sending" | "sent" | "not-taken" | "unclear";
  claims: string[];
  purpose: string;
  /** Absent where nothing was promised. */
  keptUntil: number | null;
  recipients: string[];
  openings: OpeningView[];
}

export interface ShopView extends ShopLine {
  /** The relay server of the last permission. */
  relay: string | null;
  grants: GrantView[];
  /** Claims it was sent and has an outdated value of. */
  outdated: string[];
}
