// The language of the window. It is a setting of the wallet; nothing is kept in the browser.
import type { Language } from "../platform/settings";
import { overwriteGetLocale } from "./texts/runtime.js";

const chosen = $state<{ language: Language }>({ language: "en" });
overwriteGetLocale(() => chosen.language);

export function language(): Language {
  return chosen.language;
}

/** Every text on the screen follows at once. */
export function speak(next: Language): void {
  chosen.language = next;
  document.documentElement.lang = next;
}
