// Dates and times written out in the person's language. Nothing in here ticks.
import { language } from "./language.svelte";

function format(at: number, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(language(), options).format(new Date(at));
}

/** "22 December 2026". English in the order of the day. */
export function day(at: number): string {
  const locale = language() === "en" ? "en-GB" : language();
  const written = new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", year: "numeric" }).format(new Date(at));
  // Russian adds an abbreviated word, whose full stop would double at the end of a sentence. A day stays beside its month.
  return written.replace(/\sг\.$/u, "").replace(" ", "\u00A0");
}

/** "14:03". */
export function minute(at: number): string {
  return format(at, { hour: "2-digit", minute: "2-digit", hour12: false });
}

/** "22 December 2026, 14:03". */
export function dayAndMinute(at: number): string {
  return `${day(at)}, ${minute(at)}`;
}
