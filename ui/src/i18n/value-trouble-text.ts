// The sentence for what is wrong with a value while it is typed.
import type { ValueTrouble } from "../design/value-trouble";
import { m } from "./texts/messages.js";

const SENTENCES: Record<ValueTrouble, () => string> = {
  empty: m.e_empty,
  "too-long": m.e_long,
  "control-characters": m.e_control,
  year: m.e_year,
};

export function valueTroubleText(trouble: ValueTrouble): string {
  return SENTENCES[trouble]();
}
