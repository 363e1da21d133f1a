// The log: what happened, with whom, about which details. Never a value.

export type Event = "asked" | "sent" | "declined" | "stopped" | "opened" | "not-taken" | "unclear";

export interface ActivityFilter {
  events: Event[];
  host: string | null;
  /** Entries older than this one follow. */
  before: string | null;
}

export interface ActivityLine {
  id: string;
  at: number;
  host: string;
  event: Event;
  claims: string[];
  /** In the shop's words, where the shop opened something. */
  reason: string | null;
}

export interface ActivityView {
  lines: ActivityLine[];
  more: boolean;
}
