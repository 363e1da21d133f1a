// Splits a sentence at the place of somebody else's words, so that these stand in an element of their own.
// The words themselves never become part of a sentence's text.

/** No text of ours contains it: a noncharacter. */
const PLACE = "\uFDD0";

export function around(sentence: (place: string) => string): [before: string, after: string] {
  const [before = "", after = ""] = sentence(PLACE).split(PLACE);
  return [before, after];
}
