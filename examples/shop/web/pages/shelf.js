/** The shop window. */
import { html, raw } from "hono/html";

import { euros, SHOES, SIZES } from "../shoes.js";
import { shopPage } from "./frame.js";

const OUTLINE = raw(`<svg viewBox="0 0 200 110" role="img" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="4" stroke-linejoin="round" stroke-linecap="round">
<path d="M22 24c2 12 1 26-4 40-2 7-2 13-1 20h160c6 0 9-4 8-9-2-11-14-15-29-18-18-4-32-12-46-33-5 8-15 12-27 12-15 0-26-5-33-14-8 5-18 6-28 2z" fill="var(--surface)"/>
<path d="M17 84c0 9 3 13 9 13h150c7 0 10-6 9-15"/><path d="M106 33l-13 10M119 45l-13 10M133 54l-11 10M36 30c8 14 22 22 40 24"/></svg>`);

export function shelfPage() {
  return shopPage({ title: "Shoes" }, html`
    <div>
      <h1>Shoes for people who walk past</h1>
      <p class="lead">Made in Tržič, three models, every size. We send them to you; we do not need to know you.</p>
    </div>
    <div class="shelf">${SHOES.map(card)}</div>`);
}

/** @param {typeof SHOES[number]} shoe */
function card({ id, name, kind, price, about, hue }) {
  return html`<article class="card shoe">
    <div class="picture ${hue}">${OUTLINE}</div>
    <form class="text" method="post" action="/basket">
      <div class="row"><h2>${name}, ${kind}</h2><span class="price">${euros(price)}</span></div>
      <p>${about}</p>
      <input type="hidden" name="shoe" value="${id}">
      <div class="row">
        <select name="size" aria-label="Size of ${name}">${SIZES.map((size) => html`<option ${size === 41 ? "selected" : ""}>${size}</option>`)}</select>
        <button>Put in basket</button>
      </div>
    </form>
  </article>`;
}
