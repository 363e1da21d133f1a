/** Who is in the shop: a random cookie and a basket. The database keeps the cookie's hash, so a copy of it opens no session. */
import { createHash, randomBytes } from "node:crypto";

/** @typedef {import("../shoes.js").BasketItem} BasketItem */
/** @typedef {{ id: string, basket: BasketItem[] }} Visit */

export class Visits {
  /** @param {import("./database.js").Database} database @param {() => number} clock */
  constructor(database, clock) {
    this.database = database;
    this.clock = clock;
  }

  /** @returns {{ visit: Visit, cookie: string }} */
  make() {
    const cookie = randomBytes(32).toString("base64url");
    const id = hash(cookie);
    this.database.run("INSERT INTO visit (id, basket, created_at) VALUES (?, '[]', ?)", [id, this.clock()]);
    return { visit: { id, basket: [] }, cookie };
  }

  /** @param {string | undefined} cookie @returns {Visit | undefined} */
  find(cookie) {
    if (!cookie) return undefined;
    const row = this.database.get("SELECT id, basket FROM visit WHERE id = ?", [hash(cookie)]);
    return row ? { id: String(row["id"]), basket: JSON.parse(String(row["basket"])) } : undefined;
  }

  /** @param {string} id @param {BasketItem[]} basket */
  saveBasket(id, basket) {
    this.database.run("UPDATE visit SET basket = ? WHERE id = ?", [JSON.stringify(basket), id]);
  }
}

/** @param {string} cookie */
function hash(cookie) {
  return createHash("sha256").update(cookie).digest("base64url");
}
