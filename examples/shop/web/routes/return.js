/**
 * The way back from the wallet. The session's cookie and the label in the path must belong together: an answer that was given for
 * somebody else's checkout, or in another browser, orders nothing here.
 */
import { problemPage } from "../pages/frame.js";

/** @param {import("hono").Hono} app @param {import("../app.js").Parts} parts */
export function returnRoutes(app, { session, visits, orders, checkout }) {
  app.get("/return/:label", async (c) => {
    const asJson = c.req.header("accept")?.includes("application/json");
    const visit = session.find(c);
    const asking = visit && orders.findAsking(c.req.param("label"), visit.id);
    const responseCode = c.req.query("response_code");
    // The wallet appends one. A second one is somebody else's, and neither is believed.
    const [passerbyClaim, another] = c.req.queries("passerby_claim") ?? [];
    if (!asking || !responseCode) {
      const problem = {
        head: "This browser did not start that order",
        what: "Your wallet opened another browser or a private window than the one you shop in.",
        state: "Nothing was ordered. Go back to the window with your basket and start again from there; this order cannot be made twice.",
      };
      return asJson ? c.json({ error: "not-this-session", ...problem }, 403) : c.html(problemPage(problem), 403);
    }
    const outcome = await checkout.collect(asking, { responseCode, passerbyClaim: another === undefined ? passerbyClaim : "" });
    if (outcome === "granted") visits.saveBasket(asking.visit, []);
    if (asJson) {
      const { visit: _visit, ...row } = orders.find(asking.order_no) ?? {};
      return c.json(outcome === "granted" ? { outcome, order: row } : { outcome, order: null });
    }
    return c.redirect(outcome === "granted" ? `/orders/${asking.order_no}` : "/checkout/form?after=decline", 303);
  });
}
