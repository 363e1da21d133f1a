/**
 * Orders, and the questions that are out for them. What a wallet answered leaves a pseudonym, a grant and hashes: nothing personal.
 */

/** @typedef {import("@passerby/sdk").OrderRecord} OrderRecord */
/** @typedef {import("@passerby/sdk").Pending} Pending */
/** @typedef {{ no: number, visit: string, state: "asked" | "ordered" | "packed", way: "passerby" | "form", product: string, total: number, user_ref: string | null,
 *   grant_id: string | null, release_sha256: string | null, context: string | null, created_at: number, ordered_at: number | null }} OrderRow */
/** @typedef {{ label: string, order_no: number, visit: string, link: string, pending: Pending, outcome: string | null, created_at: number }} Asking */
/** @typedef {{ name: string, street: string, postal_code: string, locality: string, country: string }} FormAddress */

const FIRST_NO = 1042;

export class Orders {
  /** @param {import("./database.js").Database} database @param {() => number} clock */
  constructor(database, clock) {
    this.database = database;
    this.clock = clock;
  }

  /** An order nobody has placed yet: a number for the question to speak of. @param {{ visit: string, product: string, total: number }} draft */
  draft({ visit, product, total }) {
    const open = this.database.get("SELECT no FROM orders WHERE visit = ? AND state = 'asked' AND product = ?", [visit, product]);
    if (open) return Number(open["no"]);
    const last = this.database.get("SELECT max(no) AS no FROM orders");
    const no = Math.max(FIRST_NO - 1, Number(last?.["no"] ?? 0)) + 1;
    this.database.run(
      "INSERT INTO orders (no, visit, state, way, product, total, created_at) VALUES (?, ?, 'asked', 'passerby', ?, ?, ?)",
      [no, visit, product, total, this.clock()],
    );
    return no;
  }

  /** @param {number} no @returns {OrderRow | undefined} */
  find(no) {
    return /** @type {OrderRow | undefined} */ (/** @type {unknown} */ (this.database.get("SELECT * FROM orders WHERE no = ?", [no]) ?? undefined));
  }

  /** Newest first. @returns {OrderRow[]} */
  placed() {
    const rows = this.database.all("SELECT * FROM orders WHERE state <> 'asked' ORDER BY no DESC LIMIT 200");
    return /** @type {OrderRow[]} */ (/** @type {unknown} */ (rows));
  }

  /** @param {Omit<Asking, "outcome" | "created_at">} asking */
  saveAsking({ label, order_no, visit, link, pending }) {
    this.database.run(
      "INSERT INTO asking (label, order_no, visit, link, pending, created_at) VALUES (?, ?, ?, ?, ?, ?)",
      [label, order_no, visit, link, JSON.stringify(pending), this.clock()],
    );
  }

  /** Only for the session that asked. @param {string} label @param {string} visit */
  findAsking(label, visit) {
    return parseAsking(this.database.get("SELECT * FROM asking WHERE label = ? AND visit = ?", [label, visit]));
  }

  /** @param {number} no @param {string} visit */
  latestAsking(no, visit) {
    return parseAsking(this.database.get("SELECT * FROM asking WHERE order_no = ? AND visit = ? ORDER BY rowid DESC LIMIT 1", [no, visit]));
  }

  /** @param {string} label */
  decline(label) {
    this.database.run("UPDATE asking SET outcome = 'declined' WHERE label = ?", [label]);
  }

  /** The order is placed. The second of two answers to one order changes nothing. @param {Asking} asking @param {OrderRecord} record */
  place(asking, record) {
    const { grant_id, user_ref, release_sha256, ...context } = record;
    this.database.exec("BEGIN IMMEDIATE");
    try {
      this.database.run(
        `UPDATE orders SET state = 'ordered', way = 'passerby', user_ref = ?, grant_id = ?, release_sha256 = ?, context = ?, ordered_at = ?
         WHERE no = ? AND state = 'asked'`,
        [user_ref, grant_id, release_sha256, JSON.stringify(context), this.clock(), asking.order_no],
      );
      this.database.run("UPDATE asking SET outcome = 'granted' WHERE label = ?", [asking.label]);
      this.database.exec("COMMIT");
    } catch (error) {
      this.database.exec("ROLLBACK");
      throw error;
    }
  }

  /** The shop's own form: here the address does go into the shop's database, as everywhere. @param {number} no @param {FormAddress} address */
  placeByForm(no, { name, street, postal_code, locality, country }) {
    this.database.exec("BEGIN IMMEDIATE");
    try {
      this.database.run("UPDATE orders SET state = 'ordered', way = 'form', ordered_at = ? WHERE no = ? AND state = 'asked'", [this.clock(), no]);
      this.database.run("INSERT OR IGNORE INTO form_address VALUES (?, ?, ?, ?, ?, ?)", [no, name, street, postal_code, locality, country]);
      this.database.exec("COMMIT");
    } catch (error) {
      this.database.exec("ROLLBACK");
      throw error;
    }
  }

  /** @param {number} no */
  pack(no) {
    this.database.run("UPDATE orders SET state = 'packed' WHERE no = ? AND state = 'ordered'", [no]);
  }
}

/** What the packing table needs to open the release. @param {OrderRow} row @returns {OrderRecord | undefined} */
export function recordOf({ grant_id, user_ref, release_sha256, context }) {
  if (!grant_id || !release_sha256 || !context) return undefined;
  return { grant_id, user_ref, release_sha256, ...JSON.parse(context) };
}

/** @param {Record<string, unknown> | null | undefined} row @returns {Asking | undefined} */
function parseAsking(row) {
  return row ? /** @type {Asking} */ ({ ...row, pending: JSON.parse(String(row["pending"])) }) : undefined;
}
