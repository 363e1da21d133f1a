// Why a line of a file was left out, in a sentence. A word that the window does not know stays as Rust wrote it.
import { SKIPPED } from "../platform/data";
import { m } from "./texts/messages.js";

const SENTENCES: Record<(typeof SKIPPED)[number], () => string> = {
  unreadable: m.i_unreadable,
  empty: m.i_empty,
  "too-long": m.e_long,
  "control-characters": m.i_control,
  "unknown-detail": m.i_unknown,
};

export function skippedText(why: string): string {
  const known = SKIPPED.find((each) => each === why);
  return known === undefined ? why : SENTENCES[known]();
}
