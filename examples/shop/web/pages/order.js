/** What the buyer sees afterwards: the order, and the shop's whole knowledge of them. */
import { html } from "hono/html";

import { findFriendlyName } from "@passerby/sdk";
import { readable } from "../question.js";
import { euros } from "../shoes.js";
import { shopPage } from "./frame.js";

/** @typedef {import("../tables/orders.js").OrderRow} OrderRow */

/** @param {OrderRow} row @param {number} retention */
export function orderPage(row, retention) {
  /** @type {string[]} */
  const sent = row.context ? (JSON.parse(row.context).claims ?? []) : [];
  const byAnotherWallet = row.user_ref === null;
  return shopPage({ title: `Order ${row.no}`, narrow: true }, html`
    <section class="card">
      <div>
        <h1>Thank you. Order ${row.no} is placed.</h1>
        <p>${row.product}, ${euros(row.total)}. ${row.state === "packed" ? "Packed and on its way." : "We pack it within two days."}</p>
      </div>
      ${row.way === "passerby" ? html`
      <dl class="facts">
        <dt>Sealed copy</dt><dd>${readable(sent).join(", ") || "What your wallet shows"}</dd>
        ${byAnotherWallet ? "" : html`<dt>Your name here</dt><dd>${findFriendlyName(row.user_ref ?? "")}. It is made up, and no other shop has it.</dd>`}
        <dt>Who can open it</dt><dd>The packing table. ${byAnotherWallet ? "It is told that another wallet answered, and may ask you whether the order is yours." : "Your wallet shows each opening."}</dd>
        <dt>Kept</dt><dd>At most ${retention} days</dd>
      </dl>
      <p class="notice">This shop's system holds no name, street, e-mail or phone of yours. See for yourself: <a href="/orders/${row.no}/row">show me my row</a>.</p>`
      : html`<p class="notice warn">This order holds the address you typed. <a href="/orders/${row.no}/row">Show me my row</a></p>`}
    </section>`);
}

/** @param {OrderRow} row @param {Record<string, unknown> | undefined} address */
export function rowPage(row, address) {
  const { visit: _visit, ...columns } = row;
  return shopPage({ title: `The row of order ${row.no}`, narrow: true }, html`
    <section class="card">
      <div><h1>Your row</h1><p>Everything the shop's database holds about order ${row.no}, as it stands there.</p></div>
      <pre>${JSON.stringify(columns, null, 2)}</pre>
      ${address ? html`<p>And because you used the form:</p><pre>${JSON.stringify(address, null, 2)}</pre>` : ""}
      <p class="quiet">Left out: a hash of your session cookie, which names nobody. <a href="/orders/${row.no}">Back to the order</a></p>
    </section>`);
}

/** @param {number} retention */
export function privacyPage(retention) {
  return shopPage({ title: "What we keep", narrow: true }, html`
    <section class="card">
      <h1>What we keep</h1>
      <p>With Passerby: the order, a pseudonym that only this shop has, and a permission number. Your name and address are sealed to our packing table, which opens them to print the label. The sealed copy is deleted after at most ${retention} days.</p>
      <p>With our form: the address you typed, for as long as the law asks us to.</p>
      <p>The parcel carrier gets the label. A payment provider would learn your name from your card; this example has none.</p>
    </section>`);
}
