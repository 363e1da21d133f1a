// A request that waits, as one line of the queue.
// It must never name a host that was not checked as if it were: the line carries what the check said.
import type { Check } from "./consent";

export interface RequestLine {
  number: number;
  host: string;
  check: Check["is"];
  arrived: number;
  answerBy: number;
  state: "waiting" | "sending" | "unclear";
}
