/** Headers of every answer: nothing from elsewhere runs, nothing is framed, nothing is kept, nothing is said to the next site. */

/** @returns {import("hono").MiddlewareHandler} */
export function strictHeaders() {
  return async (c, next) => {
    await next();
    c.header("content-security-policy", "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
    c.header("x-content-type-options", "nosniff");
    c.header("referrer-policy", "no-referrer");
    c.header("cross-origin-opener-policy", "same-origin");
    c.header("cross-origin-resource-policy", "same-origin");
    if (!c.res.headers.has("cache-control")) c.header("cache-control", "no-store");
  };
}
