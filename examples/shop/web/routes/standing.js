/** What is always there: the Statement at its well-known address, health, and the files of the pages. */
import { serveFiles } from "../../look/files.js";

/** @param {import("hono").Hono} app @param {import("../app.js").Parts} parts */
export function standingRoutes(app, { checkout }) {
  const { compact } = checkout.passerby.statement;
  app.get("/.well-known/passerby-statement.jwt", (c) => c.body(compact, 200, { "content-type": "application/jwt", "cache-control": "no-cache" }));
  app.get("/health", (c) => c.json({ status: "ok" }));
  serveFiles(app, [new URL("../../look/style.css", import.meta.url), new URL("../../look/mark.svg", import.meta.url), new URL("../waiting.js", import.meta.url)]);
}
