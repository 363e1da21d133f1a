/** "Open your wallet": one big button, what is asked in plain words, live state, and what to do when nothing happens. */
import { html } from "hono/html";

import { readable, sentence } from "../question.js";
import { NAME, shopPage } from "./frame.js";

/** @param {{ no: number, link: string, host: string, question: import("../question.js").Asked }} view */
export function waitingPage({ no, link, host, question }) {
  return shopPage({ title: "Open your wallet", narrow: true, script: "/waiting.js" }, html`
    <section class="card" id="waiting" data-order="${no}" data-host="${host}">
      <div>
        <h1>${NAME} asks your wallet</h1>
        <p>${host} asks for ${sentence(question)}, to ship order ${no}. You decide in your wallet. This page sees none of it.</p>
      </div>
      <ul class="chips">
        ${readable(question.required).map((word) => html`<li>${word}</li>`)}
        ${readable(question.optional).map((word) => html`<li class="choice">${word}, your choice</li>`)}
      </ul>
      <a class="button wide" id="open" href="${link}">Open Passerby</a>
      <p class="quiet">The browser asks whether to open Passerby: say yes.</p>
      <p class="wait"><span class="dot"></span><span id="state" role="status" aria-live="polite">Waiting for your wallet.</span></p>
      <div id="nothing" hidden>
        <hr>
        <h2>Nothing happened?</h2>
        <ul class="steps">
          <li>Look behind this window: the wallet may be there, asking for your passphrase.</li>
          <li>Copy the request, then paste it in the wallet.
            <div class="row"><button class="plain" id="copy" type="button" data-copied="Copied">Copy request</button></div></li>
          <li>No wallet yet? Passerby is free software: no account, no cloud. This page will wait, and your basket with it.</li>
        </ul>
      </div>
      <noscript><p>Copy this request and paste it in the wallet. It is good for five minutes.</p><pre>${link}</pre></noscript>
      <hr>
      <p class="quiet">While this page is open, the request stays fresh. <a href="/checkout/form">Fill in the shop's form instead</a></p>
    </section>`);
}
