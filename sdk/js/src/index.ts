/**
 * `@passerby/sdk`: for the shop's web process. Asks, collects, keeps nothing personal.
 * Opening a release is the other entry point, `@passerby/sdk/reveal`, for where the release key lives.
 */
export { Passerby, type Answer, type Asking, type ShopConfig } from "./passerby.js";
export { answeredBy, parseOrderRecord, type AnsweredBy, type OrderRecord, type PasserbyRecord, type Pending, type UnsignedRecord } from "./order.js";
export { PasserbyMisuse, PasserbyRefusal, RelayProblem, RelayUnreachable, type RefusalWord } from "./refusal.js";
export { findFriendlyName } from "./friendly-name.js";
export { sectorOrigin } from "./wire/sector.js";
export type { Patience } from "./follow.js";
export type { Fetch, TransactionState } from "./relay.js";
export type { Graded, OrLess } from "./graded.js";
export type { Question } from "./request.js";
export type { Statement } from "./statement.js";
export type { Clock, Random } from "./wire/time.js";
