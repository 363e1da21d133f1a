/** The shop window and the basket. */
import { privacyPage } from "../pages/order.js";
import { shelfPage } from "../pages/shelf.js";
import { findItem } from "../shoes.js";

/** @param {import("hono").Hono} app @param {import("../app.js").Parts} parts */
export function shelfRoutes(app, { session, visits, checkout }) {
  app.get("/", (c) => c.html(shelfPage()));

  app.get("/privacy", (c) => c.html(privacyPage(checkout.question.retention)));

  app.post("/basket", async (c) => {
    const form = await c.req.parseBody();
    const item = findItem(form["shoe"], form["size"]);
    if (!item) return c.redirect("/", 303);
    const { id, basket } = session.begin(c);
    visits.saveBasket(id, [...basket, item].slice(-10));
    return c.redirect("/checkout", 303);
  });

  app.post("/basket/empty", (c) => {
    const visit = session.find(c);
    if (visit) visits.saveBasket(visit.id, []);
    return c.redirect("/checkout", 303);
  });
}
