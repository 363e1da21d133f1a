// Somebody else's words made fit to be shown: one line, capped, without what changes the direction or hides.
// Rust caps them too; this is the second lock, and neither trusts the other.

export const LONGEST = 120;

/** Formatting and control characters, and letters and marks that are not drawn: fillers, variation selectors, a blank of Braille. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu;

export function foreignWords(text: string, longest: number = LONGEST): string {
  const plain = text.slice(0, 20 * longest).replace(/\s+/gu, " ").replace(UNSEEN, "").trim();
  const letters = [...new Intl.Segmenter().segment(plain)];
  if (letters.length <= longest) return cropMarks(plain);
  return `${cropMarks(letters.slice(0, longest).map((letter) => letter.segment).join(""))}…`;
}

/** No more than two marks on one letter: towers of them reach into the lines above. */
function cropMarks(text: string): string {
  return text.replace(/(\p{M}{2})\p{M}+/gu, "$1");
}
