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

/** What happens in this process is looked for this often: the browser that comes back, a question that grows old. */
const LOOK_EVERY_MS = 1_000;
const OVER = ["ordered", "declined", "expired"];

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
    const known = this.look(no, visit);
    return "state" in known ? known : this.judge(no, visit, known, await this.passerby.transaction(known.pending));
  }

  /**
   * The same, told as it changes, until the order is placed, declined or given up; ends with `signal`. When the relay cannot be reached it throws, and may be called anew.
   * @param {number} no @param {string} visit @param {AbortSignal} signal @returns {AsyncGenerator<Progress, void, void>}
   */
  async *follow(no, visit, signal) {
    /** @type {Following | undefined} */ let following;
    let told = "";
    try {
      while (!signal.aborted) {
        const known = this.look(no, visit);
        if (!("state" in known) && following?.label !== known.label) {
          following?.end();
          following = new Following(this.passerby, known);
        }
        const progress = "state" in known ? known : await following?.ask((state) => this.judge(no, visit, known, state));
        if (progress && JSON.stringify(progress) !== told) {
          told = JSON.stringify(progress);
          yield progress;
        }
        if (progress && OVER.includes(progress.state)) return;
        await Promise.race([following?.change(), pause(LOOK_EVERY_MS, signal)]);
      }
    } finally {
      following?.end();
    }
  }

  /** What this shop knows by itself, or the question that is out. @param {number} no @param {string} visit @returns {Progress | Asking} */
  look(no, visit) {
    if (this.orders.find(no)?.state !== "asked") return { state: "ordered" };
    const asking = this.orders.latestAsking(no, visit);
    if (!asking) return { state: "expired" };
    return asking.outcome === "declined" ? { state: "declined" } : asking;
  }

  /** @param {number} no @param {string} visit @param {Asking} asking @param {import("@passerby/sdk").TransactionState} state @returns {Promise<Progress>} */
  async judge(no, visit, asking, state) {
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

/** A question that is followed at the relay. */
class Following {
  /** @param {import("@passerby/sdk").Passerby} passerby @param {Asking} asking */
  constructor(passerby, { label, pending }) {
    this.label = label;
    /** @type {import("@passerby/sdk").TransactionState | undefined} */
    this.state = undefined;
    this.error = undefined;
    this.ends = new AbortController();
    this.states = passerby.follow(pending, { signal: this.ends.signal });
    this.next = this.take();
  }

  async take() {
    try {
      const { value } = await this.states.next();
      if (value) {
        this.state = value;
        this.next = this.take();
      } else {
        this.next = new Promise(() => {});
      }
    } catch (error) {
      this.error = error;
    }
  }

  /** @template T @param {(state: import("@passerby/sdk").TransactionState) => Promise<T>} judge @returns {Promise<T | undefined>} */
  async ask(judge) {
    if (this.error) throw this.error;
    return this.state && judge(this.state);
  }

  /** Until the relay said something. */
  change() {
    return this.next;
  }

  end() {
    this.ends.abort();
  }
}

/** @param {number} milliseconds @param {AbortSignal} signal @returns {Promise<void>} */
function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}
