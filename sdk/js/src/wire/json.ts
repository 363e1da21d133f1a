/**
 * Strict JSON (docs/protocol.md section 1.1): UTF-8, no repeated member name at any depth.
 *
 * `JSON.parse` decides what is JSON; a second walk with a parser that shows every member finds what `JSON.parse` hides:
 * repeated names, and numbers that two readers could take for different things (`1.0`, `1e3`, `1e400`).
 */
import { visit } from "jsonc-parser";

export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;
export interface JsonObject {
  [name: string]: JsonValue | undefined;
}

const DEEPEST = 127;
const INTEGER = /^(0|-?[1-9][0-9]*)$/;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @throws SyntaxError, without any part of the text in its message. */
export function parseJson(input: string | Uint8Array): JsonValue {
  try {
    const text = typeof input === "string" ? input : utf8.decode(input);
    const value = JSON.parse(text) as JsonValue;
    refuseAmbiguity(text);
    return value;
  } catch {
    throw new SyntaxError("not strict JSON");
  }
}

/** @throws SyntaxError when the input is not strict JSON or not an object. */
export function parseJsonObject(input: string | Uint8Array): JsonObject {
  const value = parseJson(input);
  if (!isObject(value)) throw new SyntaxError("not a JSON object");
  return value;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isTextArray(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

/** Characters as people and Rust count them: Unicode scalar values, not UTF-16 units. */
export function countCharacters(text: string): number {
  return [...text].length;
}

/** Characters that make a text look like another one: controls, line ends, turned direction of writing. */
const DECEIVING = /[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/u;

/** A text that people are shown before they decide: 1 to `most` characters, none of them deceiving. */
export function isShownText(value: unknown, most: number): value is string {
  return typeof value === "string" && value !== "" && value.trim() === value && !/\s\s/u.test(value) && value.isWellFormed() && countCharacters(value) <= most && !DECEIVING.test(value);
}

function refuseAmbiguity(text: string): void {
  if (!text.isWellFormed()) throw new SyntaxError("lone surrogate");
  const open: Set<string>[] = [];
  let depth = 0;
  const descend = (): void => {
    depth += 1;
    if (depth > DEEPEST) throw new SyntaxError("too deep");
  };
  visit(text, {
    onObjectBegin: () => {
      descend();
      open.push(new Set());
    },
    onObjectProperty: (name) => {
      const names = open.at(-1);
      if (names === undefined || names.has(name) || !name.isWellFormed()) throw new SyntaxError("repeated member");
      names.add(name);
    },
    onObjectEnd: () => {
      depth -= 1;
      open.pop();
    },
    onArrayBegin: descend,
    onArrayEnd: () => {
      depth -= 1;
    },
    onLiteralValue: (value: unknown, offset, length) => {
      if (typeof value === "string" && !value.isWellFormed()) throw new SyntaxError("lone surrogate");
      if (typeof value === "number") refuseNumber(value, text.slice(offset, offset + length));
    },
    onError: () => {
      throw new SyntaxError("the two parsers disagree");
    },
  }, { disallowComments: true });
}

function refuseNumber(value: number, written: string): void {
  const ambiguous = Number.isInteger(value) && !(INTEGER.test(written) && Number.isSafeInteger(value));
  if (ambiguous || !Number.isFinite(value)) throw new SyntaxError("ambiguous number");
}
