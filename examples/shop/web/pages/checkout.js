/** The basket with its two ways: the shop's own form, listed first, and Passerby. */
import { html } from "hono/html";

import { readable } from "../question.js";
import { euros, findShoe, total } from "../shoes.js";
import { shopPage } from "./frame.js";

/** @typedef {import("../shoes.js").BasketItem} BasketItem */

/** @param {{ basket: BasketItem[], question: import("../question.js").Asked }} view */
export function checkoutPage({ basket, question }) {
  if (basket.length === 0) {
    return shopPage({ title: "Basket", narrow: true }, html`
      <section class="card"><h1>Your basket is empty</h1><p>Choose a pair first.</p><div><a class="button" href="/">See the shoes</a></div></section>`);
  }
  return shopPage({ title: "Checkout" }, html`
    <h1>Checkout</h1>
    <section class="card">
      <table>
        <tbody>
          ${basket.map(({ shoe, size }) => html`<tr><td>${findShoe(shoe)?.name}, size ${size}</td><td class="number">${euros(findShoe(shoe)?.price ?? 0)}</td></tr>`)}
          <tr><td><b>Total, delivery included</b></td><td class="number"><b>${euros(total(basket))}</b></td></tr>
        </tbody>
      </table>
      <form method="post" action="/basket/empty"><button class="text">Empty the basket</button></form>
    </section>
    <h2>Where should it go?</h2>
    <div class="ways">
      <section class="card">
        <h2>Type the address</h2>
        <p>Nothing to install. We store your address, as shops usually do.</p>
        <a class="button plain wide" href="/checkout/form">Use the shop's form</a>
        <p class="quiet">Name and address, one page.</p>
      </section>
      <section class="card">
        <h2>Ship with Passerby</h2>
        <div>
          <p class="computer-only">We ask your wallet for ${readable(question.required).map((word) => word.toLowerCase()).join(" and ")}. Our system never holds them: the packing table opens a sealed copy to pack it.</p>
          <p class="phone-only">Passerby runs on computers so far. On a phone, use the shop's form.</p>
        </div>
        <form class="computer-only" method="post" action="/checkout/passerby"><button class="wide">Ship with Passerby</button></form>
        <p class="quiet computer-only">Your address stays on your computer. Needs the free Passerby app.</p>
      </section>
    </div>`);
}

/** @param {{ declined: boolean, basket: BasketItem[] }} view */
export function formPage({ declined, basket }) {
  return shopPage({ title: "Your address", narrow: true }, html`
    ${declined ? html`<p class="notice" role="status"><b>Nothing was sent.</b> Your wallet kept your details, and nothing was ordered. Your basket is as it was.</p>` : ""}
    <form class="card fields" method="post" action="/checkout/form">
      <h1>Where should it go?</h1>
      <label>Name<input type="text" name="name" autocomplete="name" required maxlength="120"></label>
      <label>Street and number<input type="text" name="street" autocomplete="street-address" required maxlength="200"></label>
      <div class="pair">
        <label>Postcode<input type="text" name="postal_code" autocomplete="postal-code" required maxlength="20"></label>
        <label>Town<input type="text" name="locality" autocomplete="address-level2" required maxlength="120"></label>
      </div>
      <label>Country<input type="text" name="country" autocomplete="country-name" required maxlength="80"></label>
      <button class="wide" ${basket.length === 0 ? "disabled" : ""}>Order for ${euros(total(basket))}</button>
      <p class="quiet">We store this address with the order, as shops usually do. <a href="/checkout">Back to the two ways</a></p>
    </form>`);
}
