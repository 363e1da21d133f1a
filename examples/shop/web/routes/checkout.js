/** The two ways to order, the page that waits for the wallet, and the same for scripts. */
import { streamSSE } from "hono/streaming";

import { log } from "../../log.js";
import { checkoutPage, formPage } from "../pages/checkout.js";
import { waitingPage } from "../pages/waiting.js";
import { findItem, SHOES } from "../shoes.js";

/** A page to which nothing was said for so long would think that nobody is there. */
const SIGN_OF_LIFE_MS = 15_000;

const FIELDS = /** @type {const} */ (["name", "street", "postal_code", "locality", "country"]);

/** @param {import("hono").Hono} app @param {import("../app.js").Parts} parts */
export function checkoutRoutes(app, { session, visits, orders, checkout, host }) {
  const { question } = checkout;

  app.get("/checkout", (c) => c.html(checkoutPage({ basket: session.find(c)?.basket ?? [], question })));

  app.get("/checkout/form", (c) => c.html(formPage({ declined: c.req.query("after") === "decline", basket: session.find(c)?.basket ?? [] })));

  app.post("/checkout/form", async (c) => {
    const visit = session.find(c);
    const form = await c.req.parseBody();
    const fields = FIELDS.map((name) => /** @type {const} */ ([name, String(form[name] ?? "").trim().slice(0, 200)]));
    if (!visit || visit.basket.length === 0 || fields.some(([, text]) => text === "")) return c.redirect("/checkout/form", 303);
    const no = checkout.draft(visit);
    orders.placeByForm(no, /** @type {import("../tables/orders.js").FormAddress} */ (Object.fromEntries(fields)));
    visits.saveBasket(visit.id, []);
    return c.redirect(`/orders/${no}`, 303);
  });

  app.post("/checkout/passerby", async (c) => {
    const visit = session.find(c);
    if (!visit || visit.basket.length === 0) return c.redirect("/checkout", 303);
    const no = checkout.draft(visit);
    await checkout.ask(no, visit.id);
    return c.redirect(`/checkout/wallet/${no}`, 303);
  });

  app.get("/checkout/wallet/:no", (c) => {
    const visit = session.find(c);
    const asking = visit && orders.latestAsking(Number(c.req.param("no")), visit.id);
    if (!asking) return c.redirect("/checkout", 303);
    if (orders.find(asking.order_no)?.state !== "asked") return c.redirect(`/orders/${asking.order_no}`, 303);
    return c.html(waitingPage({ no: asking.order_no, link: asking.link, host, question }));
  });

  app.get("/status", async (c) => {
    const visit = session.find(c);
    const no = Number(c.req.query("order"));
    if (!visit || orders.find(no)?.visit !== visit.id) return c.json({ state: "expired" }, 404);
    return c.json(await checkout.progress(no, visit.id));
  });

  // The same, told as it changes. A page that hears nothing of it asks `/status` again and again: proxies may hold streams back.
  app.get("/status/events", (c) => {
    const visit = session.find(c);
    const no = Number(c.req.query("order"));
    if (!visit || orders.find(no)?.visit !== visit.id) return c.json({ state: "expired" }, 404);
    c.header("x-accel-buffering", "no");
    const answer = streamSSE(c, async (stream) => {
      const ends = new AbortController();
      stream.onAbort(() => ends.abort());
      const life = setInterval(() => void stream.writeSSE({ event: "life", data: "" }), SIGN_OF_LIFE_MS);
      try {
        await stream.writeSSE({ event: "life", data: "" });
        for await (const progress of checkout.follow(no, visit.id, ends.signal)) await stream.writeSSE({ data: JSON.stringify(progress) });
      } catch (error) {
        log("warn", "following-ended", { kind: error instanceof Error ? error.name : "unknown" });
        await stream.writeSSE({ data: JSON.stringify({ state: "unsure" }) });
      } finally {
        clearInterval(life);
      }
    });
    answer.headers.set("cache-control", "no-store");
    return answer;
  });

  // For scripts: `{"items":[{"shoe","size"}]}`, or nothing for a pair of Karst. JSON only, so that no other site's form can send it.
  app.post("/api/checkout", async (c) => {
    if (!c.req.header("content-type")?.startsWith("application/json")) return c.json({ error: "send application/json" }, 415);
    const body = await c.req.json().catch(() => ({}));
    const items = Array.isArray(body?.items) ? body.items : [{ shoe: SHOES[0]?.id, size: 41 }];
    const basket = items.slice(0, 10).map((/** @type {any} */ item) => findItem(item?.shoe, item?.size));
    if (basket.length === 0 || basket.includes(undefined)) return c.json({ error: "no such shoe or size" }, 422);
    const visit = session.begin(c);
    visits.saveBasket(visit.id, basket);
    const no = checkout.draft({ ...visit, basket });
    const { link, openid4vpLink, requestUri } = await checkout.ask(no, visit.id);
    const { product, total, state } = orders.find(no) ?? {};
    return c.json({ order: { no, product, total, state }, link, openid4vp_link: openid4vpLink, request_uri: requestUri, status: `/status?order=${no}` }, 201);
  });
}
