/** Reads a JSON file that may hold keys. Its errors name the file, never what stands in it: `JSON.parse` would quote it. */
import { readFileSync } from "node:fs";

/** @param {string} file @returns {any} */
export function readKeyFile(file) {
  const text = readFileSync(file, "utf8");
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${file} is not JSON`);
  }
}
