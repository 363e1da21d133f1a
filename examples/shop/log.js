import { matchedRoutes } from "hono/route";

/**
 * One JSON line for each event, on standard error. What goes in is a closed list: never a value, an id, a token, a code, an
 * address or a query string. A route is written as its pattern.
 *
 * @param {"info" | "warn" | "error"} level
 * @param {string} event
 * @param {{ method?: string, route?: string, status?: number, ms?: number, word?: string, kind?: string }} [detail]
 */
export function log(level, event, detail = {}) {
  process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), level, event, ...detail })}\n`);
}

/**
 * Logs each request by its pattern.
 * @returns {import("hono").MiddlewareHandler}
 */
export function logRequests() {
  return async (c, next) => {
    const start = performance.now();
    await next();
    const route = matchedRoutes(c).findLast(({ path }) => path !== "/*")?.path ?? "unmatched";
    log("info", "request", { method: c.req.method, route, status: c.res.status, ms: Math.round(performance.now() - start) });
  };
}
