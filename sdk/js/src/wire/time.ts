/** Times on the wire (docs/protocol.md section 1.4): whole seconds since 1970, with 120 s of tolerated difference. */

/** Now, in whole seconds since 1970-01-01T00:00:00Z. */
export type Clock = () => number;
/** `length` bytes that nobody can guess. */
export type Random = (length: number) => Uint8Array;

export const SKEW = 120;
export const DAY = 86_400;

export const systemClock: Clock = () => Math.floor(Date.now() / 1000);
export const systemRandom: Random = (length) => crypto.getRandomValues(new Uint8Array(length));

export function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

export function isExpired(now: number, exp: number): boolean {
  return now >= exp + SKEW;
}

export function isNotYetValid(now: number, iat: number): boolean {
  return iat > now + SKEW;
}
