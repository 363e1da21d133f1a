// A request that waits, as one line of the queue.
// It must never name a host that was not checked as if it were: the line carries what the check said.

/** The queue, and how many links stand before it: nothing was fetched for them, so nothing is known of them. */
export interface Requests {
  lines: RequestLine[];
  kept: number;
}

export interface RequestLine {
  number: number;
  host: string;
  /** It comes from no shop of ours. */
  foreign: boolean;
  check: "checked" | "unchecked";
  arrived: number;
  /** Absent until it was checked. */
  answerBy: number | null;
  /** `sending`: the answer did not get out; `unclear`: it may have arrived. Both can be tried again. */
  state: "waiting" | "sending" | "unclear";
}
