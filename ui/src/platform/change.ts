// What the wallet tells the window unasked. Never a value, and never who asks.

export type Change =
  | { is: "locked" }
  | { is: "waiting"; count: number }
  | { is: "request-opened"; request: number }
  | { is: "opened-by-shop"; host: string }
  | { is: "spare-key" };
