// Each code that a command can fail with has a sentence in each language. The codes are read where Rust answers them: nobody
// has to think of this list when one is added.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { speak } from "../src/i18n/language.svelte";
import { whatHappened } from "../src/i18n/trouble";
import { CommandError } from "../src/platform/command-error";

const RUST = "what only Rust said";

/** Rust's sources below a folder, each without its tests. */
function sources(folder: string): string[] {
  const names = readdirSync(`../${folder}`, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".rs") && !/test|bad_luck|fake/u.test(name));
  return names.map((name) => readFileSync(`../${folder}/${name}`, "utf8").split("#[cfg(test)]\nmod tests")[0] ?? "");
}

/** The words that the functions of this head answer: what is quoted up to the function's end. */
const answered = (folder: string, head: RegExp): string[] =>
  sources(folder).flatMap((source) => source.split(head).slice(1).flatMap((rest) => [...(rest.split(/\n {4}\}\n/u)[0] ?? "").matchAll(/"([a-z0-9-]+)"/gu)].map((found) => found[1] ?? "")));
const quoted = (folder: string, like: RegExp): string[] => sources(folder).flatMap((source) => [...source.matchAll(like)].flatMap((found) => found.slice(1).filter(Boolean)));

const codes = {
  wallet: answered("crates/wallet/src", /fn code\(&self\)/u),
  // What a shop's request, keys and passport are refused for. What a shop refuses no window is told.
  refusals: ["request", "verify", "passport", "foreign"].flatMap((part) => answered(`crates/protocol/src/${part}`, /fn word\(self\)/u)),
  relay: quoted("crates/relay-api/src", /= "([a-z-]+)", \d{3}, "/gu),
  shell: [...quoted("src-tauri/src", /CommandError::new\(\s*"([a-z-]+)"/gu), ...quoted("src-tauri/src", /let code = if \w+ \{ "([a-z-]+)" \} else \{ "([a-z-]+)" \}/gu)],
};

test("the codes are found in Rust", () => {
  expect(codes.wallet).toContain("blocked");
  expect(codes.refusals).toContain("request-expired");
  expect(codes.relay).toContain("already-taken");
  expect(codes.shell).toEqual(expect.arrayContaining(["no-screens", "not-written"]));
  expect(new Set(Object.values(codes).flat()).size).toBeGreaterThan(150);
});

describe.each(["en", "ru", "de"] as const)("%s", (language) => {
  test.each(Object.entries(codes))("says what happened for each code of the %s", (_, all) => {
    speak(language);
    for (const code of all) {
      const said = whatHappened(new CommandError(code, RUST, "nothing"));
      expect(said, code).not.toBe(RUST);
      if (language === "ru") expect(said, code).toMatch(/[а-яё]/u);
    }
  });
});

test("a host that is always refused is named where it is no shop", () => {
  speak("en");
  const blocked = (facts: Record<string, string>): string => whatHappened(new CommandError("blocked", RUST, "nothing", facts));
  expect(blocked({})).toContain("Under Shops");
  expect(blocked({ host: "library.example" })).toBe("You always refuse library.example, so nothing was fetched.");
});
