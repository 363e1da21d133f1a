/**
 * The shop's use of the SDK, all of it: ask, keep the question fresh while a page waits, collect.
 *
 * A question is bound to the session that asked: it comes back under a random label in the return address, and only that session's
 * cookie finds it. An answer that comes back in another browser makes no order.
 */
import { randomBytes } from "node:crypto";

import { describe, total } from "./shoes.js";

/** An unopened request is good for 300 s at the relay; a waiting page gets a new one before that. */
const FRESH_FOR = 240;

/** @typedef {import("./tables/orders.js").Asking} Asking */
/** @typedef {{ state: "waiting" | "fetched" | "answered" | "expired" | "declined" | "ordered", link?: string }} Progress */

export class Checkout {
  /**
   * @param {{ passerby: import("@passerby/sdk").Passerby, orders: import("./tables/orders.js").Orders, question: import("./question.js").Asked,
   *   origin: string, clock: () => number }} parts
   */
  constructor({ passerby, orders, question, origin, clock }) {
    this.passerby = passerby;
    this.orders = orders;
    this.question = question;
    this.origin = origin;
    this.clock = clock;
  }

  /** @param {import("./tables/visits.js").Visit} visit */
  draft({ id, basket }) {
    return this.orders.draft({ visit: id, product: describe(basket), total: total(basket) });
  }

  /** @param {number} no @param {string} visit */
  async ask(no, visit) {
    const label = randomBytes(16).toString("base64url");
    const redirectUri = `${this.origin}/return/${label}`;
    const { link, openid4vpLink, requestUri, pending } = await this.passerby.ask({ ...this.question, redirectUri });
    this.orders.saveAsking({ label, order_no: no, visit, link, pending });
    return { link, openid4vpLink, requestUri };
  }

  /** What the waiting page is told. Makes a new question when the old one grew old unopened. @param {number} no @param {string} visit @returns {Promise<Progress>} */
  async progress(no, visit) {
    if (this.orders.find(no)?.state !== "asked") return { state: "ordered" };
    const asking = this.orders.latestAsking(no, visit);
    if (!asking) return { state: "expired" };
    if (asking.outcome === "declined") return { state: "declined" };
    const state = await this.passerby.transaction(asking.pending);
    const now = this.clock();
    const stale = now >= asking.created_at + FRESH_FOR && state === "waiting";
    if (!stale && !(state === "expired" && now < asking.pending.response_by)) return { state };
    return { state: "waiting", link: (await this.ask(no, visit)).link };
  }

  /**
   * The browser is back. Asked twice (a reload), it answers twice the same.
   * @param {Asking} asking @param {{ responseCode: string, passerbyClaim: string | undefined }} returned @returns {Promise<"granted" | "declined">}
   */
  async collect(asking, returned) {
    if (asking.outcome === "granted" || asking.outcome === "declined") return asking.outcome;
    const answer = await this.passerby.collect(asking.pending, returned);
    if (answer.outcome === "declined") this.orders.decline(asking.label);
    else this.orders.place(asking, answer.order);
    return answer.outcome;
  }
}
