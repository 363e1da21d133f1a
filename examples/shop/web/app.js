/** The shop's web process, put together. It can ask; it cannot open. */
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { csrf } from "hono/csrf";

import { logRequests } from "../log.js";
import { strictHeaders } from "../look/headers.js";
import { Checkout } from "./checkout.js";
import { problemPage } from "./pages/frame.js";
import { answerProblem } from "./problem.js";
import { checkoutRoutes } from "./routes/checkout.js";
import { orderRoutes } from "./routes/order.js";
import { returnRoutes } from "./routes/return.js";
import { shelfRoutes } from "./routes/shelf.js";
import { staffRoutes } from "./routes/staff.js";
import { standingRoutes } from "./routes/standing.js";
import { Session } from "./session.js";
import { Orders } from "./tables/orders.js";
import { Visits } from "./tables/visits.js";

/**
 * @typedef {{ database: import("./tables/database.js").Database, visits: Visits, orders: Orders, session: Session, checkout: Checkout,
 *   host: string, staffToken: string }} Parts
 */

/**
 * @param {{ database: import("./tables/database.js").Database, passerby: import("@passerby/sdk").Passerby, question: import("./question.js").Asked,
 *   host: string, origin: string, staffToken: string, clock: () => number }} config
 */
export function makeApp({ database, passerby, question, host, origin, staffToken, clock }) {
  const visits = new Visits(database, clock);
  const orders = new Orders(database, clock);
  const session = new Session({ visits, secure: origin.startsWith("https:") });
  const checkout = new Checkout({ passerby, orders, question, origin, clock });
  /** @type {Parts} */
  const parts = { database, visits, orders, session, checkout, host, staffToken };

  const app = new Hono();
  app.use(logRequests(), strictHeaders(), bodyLimit({ maxSize: 16_384 }), csrf({ origin }));
  for (const routes of [standingRoutes, shelfRoutes, checkoutRoutes, returnRoutes, orderRoutes, staffRoutes]) routes(app, parts);
  app.notFound((c) => c.html(problemPage({ head: "There is no such page", what: "The address leads nowhere in this shop.", state: "Nothing was ordered or changed by coming here." }), 404));
  app.onError((error, c) => answerProblem(error, c));
  return app;
}
