/**
 * The packing table, put together: where the release key lives. For this computer only.
 *
 * Must never write or log a detail, nor answer another site's page: a browser that is led here from elsewhere, or under another
 * host name, gets nothing.
 */
import { answeredBy, PasserbyRefusal, reveal } from "@passerby/sdk/reveal";
import { Hono } from "hono";
import { csrf } from "hono/csrf";
import { HTTPException } from "hono/http-exception";

import { log, logRequests } from "../log.js";
import { serveFiles } from "../look/files.js";
import { strictHeaders } from "../look/headers.js";
import { doorRoutes, onlyWithKey } from "./door.js";
import { labelPage, ordersPage, problemPage, sealedPage } from "./pages.js";
import { ShopProblem } from "./shop.js";

/** @param {{ shop: import("./shop.js").Shop, releaseKeys: import("@passerby/sdk/reveal").PrivateReleaseJwk[], doorKey: string }} parts */
export function makePackingApp({ shop, releaseKeys, doorKey }) {
  /** @param {number} no @param {string} reason */
  const open = async (no, reason) => {
    const { order, record, release } = await shop.open(no, reason);
    // The record that opens the release says who answered, not the list of orders.
    const answered_by = answeredBy(record);
    return { order: { ...order, answered_by }, details: await reveal({ release, order: record, releaseKeys }) };
  };
  /** @param {import("hono").Context} c */
  const number = (c) => Number(c.req.param("no"));

  const app = new Hono();
  app.use(logRequests(), strictHeaders(), onlyFromHere(), csrf(), onlyWithKey(doorKey));
  app.route("/", doorRoutes(doorKey));
  serveFiles(app, [new URL("../look/style.css", import.meta.url), new URL("../look/mark.svg", import.meta.url), new URL("label.js", import.meta.url)]);
  app.get("/health", (c) => c.json({ status: "ok" }));
  app.get("/", async (c) => c.html(ordersPage(await shop.orders())));
  app.get("/orders/:no", async (c) => c.html(sealedPage(await shop.order(number(c)))));
  app.post("/orders/:no/open", async (c) => {
    const { order, details } = await open(number(c), `packing order ${number(c)}`);
    return c.html(labelPage(order, details));
  });
  app.post("/orders/:no/packed", async (c) => {
    await shop.packed(number(c));
    return c.redirect("/", 303);
  });
  app.get("/api/orders/:no/open", async (c) => {
    const { order, details } = await open(number(c), c.req.query("reason") || `packing order ${number(c)}`);
    return c.json({ answered_by: order.answered_by, opened: details });
  });
  app.notFound((c) => c.html(problemPage({ head: "There is no such page", what: "The address leads nowhere here.", state: "Nothing was opened." }), 404));
  app.onError((error, c) => answerProblem(error, c));
  return app;
}

/** Against other sites' pages and against names that point here. @returns {import("hono").MiddlewareHandler} */
function onlyFromHere() {
  return async (c, next) => {
    const { hostname } = new URL(c.req.url);
    const site = c.req.header("sec-fetch-site") ?? "none";
    if (!["127.0.0.1", "localhost", "[::1]"].includes(hostname) || !["none", "same-origin"].includes(site)) return c.text("Open the packing table by its own address.", 403);
    await next();
    return undefined;
  };
}

/** @param {Error} error @param {import("hono").Context} c */
function answerProblem(error, c) {
  if (error instanceof HTTPException) return c.text("Open the packing table by its own address.", error.status);
  const refused = error instanceof PasserbyRefusal;
  const word = refused || error instanceof ShopProblem ? error.word : "unexpected";
  log(word === "unexpected" ? "error" : "warn", "problem", { method: c.req.method, kind: error.name, word });
  const said = refused
    ? { head: "This could not be opened", what: "The sealed copy does not belong to this order, or this table does not have its key.", state: "Nothing was shown. Do not pack this order; tell whoever runs the shop's system." }
    : { head: "The shop does not answer", what: word === "staff-token" ? "The staff token is not the one the shop made." : "The shop's system, or the relay behind it, did not hand out the order.", state: "Nothing was opened. Try again in a minute." };
  const status = refused ? 409 : error instanceof ShopProblem && error.status === 404 ? 404 : 502;
  return c.req.path.startsWith("/api/") ? c.json({ error: word, ...said }, status) : c.html(problemPage(said), status);
}
