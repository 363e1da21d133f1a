// What jsdom has not: enough of it for the rooms to be shown. Tests of what is built have no window at all.
import { configure } from "@testing-library/svelte";
import { afterEach } from "vitest";
import { speak } from "../src/i18n/language.svelte";

// A busy machine takes longer; what never comes fails all the same.
configure({ asyncUtilTimeout: 20_000 });

if ("document" in globalThis) {
  Element.prototype.scrollIntoView ??= () => undefined;
  // Nothing is ever in sight here: whoever tests that says what is.
  globalThis.IntersectionObserver ??= class { observe(): void {} disconnect(): void {} } as unknown as typeof IntersectionObserver;
  globalThis.CSS ??= { escape: (text: string) => text.replace(/[^\w-]/gu, (each) => `\\${each}`) } as typeof CSS;
  afterEach(() => speak("en"));
}
