/** What the shop asks for (ask.json), and how people read it. */
import { readFileSync } from "node:fs";

import { log } from "../log.js";

/** @typedef {{ required: string[], optional: string[], purpose: string, retention: number, recipients: string[] }} Asked */

/** @type {Record<string, string>} */
const WORDS = { name: "Name", phone_number: "Phone", email: "E-mail", birthdate: "Birth date" };

/**
 * Reads the file, and leaves out optional details that the shop's Statement does not allow: a wallet would only show them crossed out.
 * @param {string} file @param {import("@passerby/sdk").Statement} statement @returns {Asked}
 */
export function readQuestion(file, statement) {
  const { required, optional = [], purpose, retention, recipients = [] } = JSON.parse(readFileSync(file, "utf8"));
  const missing = required.filter((/** @type {string} */ name) => !statement.allowedClaims.includes(name));
  if (missing.length > 0) throw new Error(`the Statement does not allow this shop to ask for: ${missing.join(", ")}. Add them with: passerby-shop statement`);
  const allowed = optional.filter((/** @type {string} */ name) => statement.allowedClaims.includes(name));
  if (allowed.length < optional.length) log("warn", "optional-details-left-out");
  return { required, optional: allowed, purpose, retention: Math.min(retention, statement.retentionMax), recipients };
}

/** Cards as people think: one "Delivery address", not five details. @param {string[]} names */
export function readable(names) {
  const words = names.map((name) => (name.startsWith("address") ? "Delivery address" : (WORDS[name] ?? name.replaceAll("_", " "))));
  return [...new Set(words)];
}

/** "your name and delivery address, and, if you like, your phone or e-mail" @param {Asked} asked */
export function sentence({ required, optional }) {
  const list = new Intl.ListFormat("en", { type: "conjunction" });
  const needed = `your ${list.format(readable(required).map((word) => word.toLowerCase()))}`;
  const choice = readable(optional).map((word) => word.toLowerCase());
  return choice.length === 0 ? needed : `${needed}, and, if you like, your ${new Intl.ListFormat("en", { type: "disjunction" }).format(choice)}`;
}
