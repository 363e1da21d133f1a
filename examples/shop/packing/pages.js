/** The packing table's pages: big type, one thing at a time, nothing that stays. */
import { html } from "hono/html";

import { page } from "../look/page.js";

/** @typedef {ReturnType<typeof html>} Html */
/** @typedef {import("./shop.js").Order} Order */
/** @typedef {Record<string, import("@passerby/sdk/reveal").Detail>} Details */

/** @param {{ title: string, narrow?: boolean, script?: string }} frame @param {Html} content */
function packingPage(frame, content) {
  const links = html`<a href="/">Orders</a>`;
  return page({ ...frame, name: "Packing table", links, foot: html`Each opening is recorded, and the buyer sees it in Passerby.` }, content);
}

/** @param {{ wrong: boolean }} knocked */
export function doorPage({ wrong }) {
  return packingPage({ title: "The packing key", narrow: true }, html`
    <section class="card">
      <div><h1>The packing key</h1><p>Addresses are opened here. Type the key from the file that the packing table was started with, or use the link that its start printed.</p></div>
      ${wrong ? html`<p class="notice warn" role="alert">That is not the key. Nothing was opened.</p>` : ""}
      <form class="fields" method="post" action="/door"><label>Key <input name="key" type="password" autocomplete="off" required></label><button class="wide">Go in</button></form>
    </section>`);
}

/** @param {Order[]} orders */
export function ordersPage(orders) {
  const waiting = orders.filter(({ state }) => state === "ordered");
  const done = orders.filter(({ state }) => state === "packed");
  return packingPage({ title: "Orders to pack" }, html`
    <h1>${waiting.length === 0 ? "Nothing to pack" : `To pack: ${waiting.length}`}</h1>
    ${waiting.length === 0
      ? html`<section class="card"><p>New orders appear here when you load the page again.</p><div><a class="button plain" href="/">Load again</a></div></section>`
      : html`<section class="card">${table(waiting)}</section>`}
    ${done.length > 0 ? html`<details><summary>Packed: ${done.length}</summary><section class="card">${table(done)}</section></details>` : ""}`);
}

/** @param {Order[]} orders */
function table(orders) {
  return html`<table>
    <thead><tr><th>Order</th><th>What</th><th>Address</th><th></th></tr></thead>
    <tbody>${orders.map(({ no, product, way, answered_by }) => html`<tr>
      <td><b>${no}</b></td><td>${product}</td><td>${way === "passerby" ? (answered_by === "another-wallet" ? "Sealed, by another wallet" : "Sealed") : "Typed in the form"}</td>
      <td class="number"><a href="/orders/${no}">${way === "passerby" ? "Open to pack" : "Look"}</a></td></tr>`)}</tbody>
  </table>`;
}

/** @param {Order} order */
export function sealedPage({ no, product, way, state, answered_by }) {
  return packingPage({ title: `Order ${no}`, narrow: true }, html`
    <section class="card">
      <div><h1>Order ${no}</h1><p>${product}${state === "packed" ? ". Packed." : ""}</p></div>
      ${way === "passerby" ? html`
      ${anotherWallet(answered_by)}
      <p>The address is sealed. Openings are recorded${answered_by === "another-wallet" ? "" : " and the customer sees them"}. Reason: packing order ${no}.</p>
      <form method="post" action="/orders/${no}/open"><button class="wide">Open to pack</button></form>
      <p class="quiet">It closes by itself after 60 seconds, when you print, and when you leave this window.</p>`
      : html`<p>This order came by the shop's form. Its address stands in the shop's own system.</p>`}
    </section>`);
}

/** Nothing that this table can check ties such an answer to the customer. @param {Order["answered_by"]} answeredBy */
function anotherWallet(answeredBy) {
  if (answeredBy !== "another-wallet") return "";
  return html`<p class="notice warn no-print" role="note"><b>Answered by another wallet.</b> Only the relay server says that this address is the customer's. Compare it with the payment, or ask, before you send anything.</p>`;
}

/** @param {Order} order @param {Details} details */
export function labelPage({ no, product, answered_by }, details) {
  /** @param {string} name */
  const line = (name) => details[`address.${name}`] ?? "";
  const carrier = [details["phone_number"], details["email"]].filter(Boolean).join(", ");
  return packingPage({ title: `Label of order ${no}`, narrow: true, script: "/label.js" }, html`
    <h1>Order ${no}</h1>
    ${anotherWallet(answered_by)}
    <section class="label" id="label" data-back="/orders/${no}" aria-label="Address label">
      <p>${details["name"] ?? ""}</p>
      <p>${line("street_address")}</p>
      <p>${line("postal_code")} ${line("locality")}</p>
      <p>${line("country")}</p>
      ${carrier ? html`<p class="carrier">For the carrier: ${carrier}</p>` : ""}
    </section>
    <div class="row no-print">
      <button type="button" id="print">Print label</button>
      <form method="post" action="/orders/${no}/packed"><button class="plain">Packed</button></form>
      <a class="button plain" href="/orders/${no}">Close</a>
    </div>
    <p class="quiet no-print">${product}. Closes by itself after 60 seconds, when you print, and when you leave this window.</p>`);
}

/** @param {{ head: string, what: string, state: string }} problem */
export function problemPage({ head, what, state }) {
  return packingPage({ title: head, narrow: true }, html`
    <section class="card" role="alert"><h1>${head}</h1><p>${what}</p><p class="notice warn">${state}</p><div><a class="button plain" href="/">Back to the orders</a></div></section>`);
}
