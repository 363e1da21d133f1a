// What the wallet tells the window unasked. Never a value, and never who asks.

export type Change =
  | { is: "locked" }
  | { is: "waiting"; count: number }
  /** A link that the person opened has led to this request. */
  | { is: "request-opened"; request: number }
  /** A link arrived that could not be opened at once. */
  | { is: "link-waits" }
  | { is: "spare-key" }
  /** Saved details, shops or the log are not what they were. */
  | { is: "saved" };
