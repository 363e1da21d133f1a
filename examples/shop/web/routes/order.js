/** The buyer's own order, and the raw row about them. Only for the session that ordered. */
import { problemPage } from "../pages/frame.js";
import { orderPage, rowPage } from "../pages/order.js";

/** @param {import("hono").Hono} app @param {import("../app.js").Parts} parts */
export function orderRoutes(app, { session, orders, database, checkout }) {
  const { retention } = checkout.question;

  /** @param {import("hono").Context} c */
  const findOwn = (c) => {
    const row = orders.find(Number(c.req.param("no")));
    return row && row.state !== "asked" && row.visit === session.find(c)?.id ? row : undefined;
  };
  /** @param {import("hono").Context} c */
  const notHere = (c) => c.html(problemPage({
    head: "No such order here",
    what: "We show an order only in the browser that placed it.",
    state: "Nothing was ordered or changed by coming here.",
  }), 404);

  app.get("/orders/:no", (c) => {
    const row = findOwn(c);
    return row ? c.html(orderPage(row, retention)) : notHere(c);
  });

  app.get("/orders/:no/row", (c) => {
    const row = findOwn(c);
    if (!row) return notHere(c);
    const address = database.get("SELECT * FROM form_address WHERE order_no = ?", [row.no]);
    return c.html(rowPage(row, address ?? undefined));
  });
}
