// What is wrong with a value while it is typed, by the rules that Rust saves and seals by (crates/wallet, attributes).
// A hint and nothing more: Rust checks each value again, and its word holds.

/** In bytes of UTF-8. */
export const LONGEST_VALUE = 2_000;

export type ValueTrouble = "empty" | "too-long" | "control-characters" | "year";

/** Details that may have several lines. */
export function hasLines(claim: string): boolean {
  return claim === "address.street_address" || claim === "address.formatted";
}

export function valueTrouble(claim: string, text: string): ValueTrouble | null {
  if (text.trim() === "") return "empty";
  if (new TextEncoder().encode(text.trim()).length > LONGEST_VALUE) return "too-long";
  const rest = hasLines(claim) ? text.replaceAll("\n", "") : text;
  if (/\p{Cc}/u.test(rest)) return "control-characters";
  return claim === "birth_year" && !/^(?!0000)\d{4}$/u.test(text.trim()) ? "year" : null;
}
