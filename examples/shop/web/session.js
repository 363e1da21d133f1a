/** The session cookie: random, HttpOnly, SameSite=Lax, so that the way back from the wallet brings it and other sites cannot. */
import { getCookie, setCookie } from "hono/cookie";

/** @typedef {import("./tables/visits.js").Visit} Visit */

/** With https under a name that browsers take from this very host only: no neighbour under the same domain can plant one. */
const nameOf = (/** @type {boolean} */ secure) => (secure ? "__Host-visit" : "visit");

export class Session {
  /** @param {{ visits: import("./tables/visits.js").Visits, secure: boolean }} parts */
  constructor({ visits, secure }) {
    this.visits = visits;
    this.secure = secure;
  }

  /** @param {import("hono").Context} c @returns {Visit | undefined} */
  find(c) {
    return this.visits.find(getCookie(c, nameOf(this.secure)));
  }

  /** Only where somebody acts: looking around makes no session. @param {import("hono").Context} c @returns {Visit} */
  begin(c) {
    const known = this.find(c);
    if (known) return known;
    const { visit, cookie } = this.visits.make();
    setCookie(c, nameOf(this.secure), cookie, { httpOnly: true, sameSite: "Lax", secure: this.secure, path: "/" });
    return visit;
  }
}
