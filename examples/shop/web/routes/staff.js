/**
 * For the packing table, with the staff token: orders, and the sealed release of one. What leaves here is sealed; the key that
 * opens it is in another process.
 */
import { answeredBy } from "@passerby/sdk";

import { isSameSecret } from "../../secret-file.js";
import { recordOf } from "../tables/orders.js";

/** @param {import("hono").Hono} app @param {import("../app.js").Parts} parts */
export function staffRoutes(app, { orders, checkout, staffToken }) {
  app.use("/api/orders/*", async (c, next) => {
    const sent = c.req.header("authorization")?.replace(/^Bearer /, "") ?? "";
    if (!isSameSecret(sent, staffToken)) return c.json({ error: "the staff token is missing or wrong" }, 401);
    await next();
    return undefined;
  });

  app.get("/api/orders", (c) => c.json({ orders: orders.placed().map(summary) }));

  app.get("/api/orders/:no", async (c) => {
    const row = orders.find(Number(c.req.param("no")));
    if (!row || row.state === "asked") return c.json({ error: "no such order" }, 404);
    const record = recordOf(row);
    const reason = c.req.query("open");
    if (reason === undefined) return c.json({ order: summary(row), record: record ?? null });
    if (!record) return c.json({ error: "this order came by the form: there is nothing sealed to open" }, 409);
    const { release, openedAt } = await checkout.passerby.openRelease(record.grant_id, reason || `packing order ${row.no}`);
    return c.json({ order: summary(row), record, release, opened_at: openedAt });
  });

  app.post("/api/orders/:no/packed", (c) => {
    orders.pack(Number(c.req.param("no")));
    return c.json({ order: summary(orders.find(Number(c.req.param("no")))) });
  });
}

/** @param {import("../tables/orders.js").OrderRow | undefined} row */
function summary(row) {
  if (!row) return null;
  const { no, state, way, product, total, ordered_at } = row;
  const record = recordOf(row);
  return { no, state, way, product, total, ordered_at, answered_by: record ? answeredBy(record) : null };
}
