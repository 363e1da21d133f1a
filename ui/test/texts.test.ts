// Every language says everything, with the same places in each sentence.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { around } from "../src/i18n/around";
import { foreignWords } from "../src/i18n/foreign-words";
import { speak } from "../src/i18n/language.svelte";
import { m } from "../src/i18n/texts/messages.js";
import { KNOWN_CODES, whatHappened, whatWasSent } from "../src/i18n/trouble";
import { CommandError } from "../src/platform/command-error";

type Text = string | [{ match: Record<string, string> }];
const texts = (language: string): Record<string, Text> => {
  const { $schema: _, ...rest } = JSON.parse(readFileSync(`messages/${language}.json`, "utf8"));
  return rest;
};
const sentences = (text: Text): string[] => (typeof text === "string" ? [text] : Object.values(text[0].match));
const places = (text: Text): string[] => [...new Set(sentences(text).join(" ").match(/\{\w+\}/gu) ?? [])].sort();

describe.each(["ru", "de"])("%s", (language) => {
  const [english, other] = [texts("en"), texts(language)];

  test("has every text of English and no other", () => expect(Object.keys(other)).toEqual(Object.keys(english)));

  test("has the same places in each text", () => {
    for (const [key, text] of Object.entries(english)) expect(places(other[key] ?? ""), key).toEqual(places(text));
  });

  test("leaves none empty", () => {
    for (const [key, text] of Object.entries(other)) for (const each of sentences(text)) expect(each.trim(), key).not.toBe("");
  });
});

test.each(["en", "ru", "de"])("each plural in %s has the forms that the language has", (language) => {
  const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories.map((form) => `form=${form}`).sort();
  for (const [key, text] of Object.entries(texts(language))) {
    if (typeof text !== "string") expect(Object.keys(text[0].match).sort(), key).toEqual(forms);
  }
});

test("each text is said somewhere", () => {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) => /\.(svelte|ts)$/u.test(name) && !name.startsWith("i18n/texts"));
  const said = files.map((name) => readFileSync(`src/${name}`, "utf8")).join();
  for (const key of Object.keys(texts("en"))) expect(said, key).toMatch(new RegExp(`\\bm\\.${key}\\b`, "u"));
});

test("texts are compiled, and follow the language at once", () => {
  expect(m.room_data()).toBe("My data");
  speak("ru");
  expect(m.room_data()).toBe("Мои данные");
  expect(m.waiting_count({ count: 2 })).toBe("Ждут 2 запроса");
  expect(m.waiting_count({ count: 5 })).toBe("Ждут 5 запросов");
});

test("no text claims trust", () => {
  for (const text of Object.values(texts("en")).flatMap(sentences)) expect(text).not.toMatch(/verified|trusted|secure\b/iu);
});

test("each known code has a sentence, and an unknown one keeps Rust's", () => {
  for (const code of KNOWN_CODES) expect(whatHappened(new CommandError(code, "", "nothing"))).not.toBe(m.e_unknown());
  expect(whatHappened(new CommandError("new-code", "What Rust said.", "maybe"))).toBe("What Rust said.");
  const maybe = { code: "relay-broke-off", sent: "maybe", facts: {} } as const;
  expect(whatWasSent(maybe)).toContain("cannot send it twice");
  expect(whatWasSent({ ...maybe, facts: { host: "library.example" } })).not.toContain("twice");
  expect(whatWasSent({ ...maybe, code: "unclear" })).toBe("It may have arrived.");
  expect(whatWasSent({ ...maybe, code: "answered-before", sent: "nothing" })).not.toContain("Nothing was sent");
});

test("somebody else's words are one capped line without hidden characters", () => {
  expect(foreignWords("a\u202Eb\n\u200Bc")).toBe("ab c");
  expect(foreignWords("x".repeat(10_000), 60)).toHaveLength(61);
  // Letters that are not drawn: fillers, a blank of Braille, variation selectors, a soft hyphen.
  expect(foreignWords("a\u3164\u115F\uFFA0\u2800\uFE0F\u00AD\u{E0100}b")).toBe("ab");
  expect(foreignWords(`e${"\u0301".repeat(500)}`)).toHaveLength(3);
  expect(around((name) => m.calls_itself({ name }))).toEqual(["Calls itself “", "”"]);
});
