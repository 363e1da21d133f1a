/** The packing table's way to the shop: the list of orders, and one order's record with its sealed release. */
import { parseOrderRecord } from "@passerby/sdk/reveal";

import { loopbackFetch } from "../loopback.js";

/** @typedef {{ no: number, state: string, way: string, product: string, total: number, ordered_at: number,
 *   answered_by: import("@passerby/sdk").AnsweredBy | null }} Order */
/** @typedef {{ order: Order, record: import("@passerby/sdk").OrderRecord, release: string }} SealedOrder */

/** The shop said no, or nothing. `word` is for people who run it; the page has its own words. */
export class ShopProblem extends Error {
  /** @param {string} word @param {number} status @param {ErrorOptions} [options] */
  constructor(word, status, options) {
    super(`the shop did not answer: ${word}`, options);
    this.name = "ShopProblem";
    this.word = word;
    this.status = status;
  }
}

export class Shop {
  /** @param {{ url: string, staffToken: string, fetch?: typeof loopbackFetch }} parts */
  constructor({ url, staffToken, fetch = loopbackFetch }) {
    this.url = url.replace(/\/$/, "");
    this.staffToken = staffToken;
    this.fetch = fetch;
  }

  /** @returns {Promise<Order[]>} */
  async orders() {
    return (await this.#read("/api/orders")).orders;
  }

  /** @param {number} no @returns {Promise<Order>} */
  async order(no) {
    return (await this.#read(`/api/orders/${no}`)).order;
  }

  /** Each call is an opening: the relay records it with its reason, and the buyer sees it. @param {number} no @param {string} reason @returns {Promise<SealedOrder>} */
  async open(no, reason) {
    const { order, record, release } = await this.#read(`/api/orders/${no}?open=${encodeURIComponent(reason)}`);
    return { order, record: parseOrderRecord(record), release: String(release) };
  }

  /** @param {number} no */
  async packed(no) {
    await this.#read(`/api/orders/${no}/packed`, "POST");
  }

  /** @param {string} path @param {string} [method] */
  async #read(path, method = "GET") {
    let answer;
    try {
      answer = await this.fetch(this.url + path, {
        method, headers: { authorization: `Bearer ${this.staffToken}`, accept: "application/json" }, redirect: "error", signal: AbortSignal.timeout(15_000),
      });
    } catch (cause) {
      throw new ShopProblem("unreachable", 502, { cause });
    }
    const body = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new ShopProblem(answer.status === 401 ? "staff-token" : answer.status === 404 ? "no-such-order" : "refused", answer.status);
    return body;
  }
}
