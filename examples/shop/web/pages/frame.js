/** The shop's own frame, and the page for what went wrong. */
import { html } from "hono/html";

import { page } from "../../look/page.js";

/** @typedef {ReturnType<typeof html>} Html */

export const NAME = "Kovac Shoes";

/** @param {{ title: string, narrow?: boolean, script?: string }} frame @param {Html} content */
export function shopPage(frame, content) {
  const links = html`<a href="/checkout">Basket</a>`;
  const foot = html`Kovac Shoes is an example. Nothing is charged and nothing is sent. <a href="/privacy">What we keep</a>`;
  return page({ ...frame, name: NAME, links, foot }, content);
}

/**
 * What happened, whether anything was ordered or sent, what to do next.
 * @param {{ head: string, what: string, state: string, retry?: { href: string, text: string } | undefined }} problem
 */
export function problemPage({ head, what, state, retry }) {
  return shopPage({ title: head, narrow: true }, html`
    <section class="card" role="alert">
      <h1>${head}</h1>
      <p>${what}</p>
      <p class="notice warn">${state}</p>
      <div class="row">
        ${retry ? html`<a class="button" href="${retry.href}">${retry.text}</a>` : ""}
        <a class="button plain" href="/checkout/form">Use the shop's form</a>
      </div>
    </section>`);
}
