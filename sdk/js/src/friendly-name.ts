/** What people see in place of a `user_ref` (docs/friendly-names.md). For eyes only: nothing is matched or keyed by it. */
import { FIRST_WORDS, SECOND_WORDS } from "./friendly-words.js";
import { findBytes } from "./wire/b64u.js";

/** Such as `Amber Otter`; nothing for a text that is not a `user_ref`. */
export function findFriendlyName(userRef: string): string | undefined {
  const bytes = findBytes(userRef);
  if (bytes?.length !== 32) return undefined;
  const words = [FIRST_WORDS[bytes[0]!]!, SECOND_WORDS[bytes[1]!]!];
  return words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join(" ");
}
