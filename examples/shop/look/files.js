/** The few files a page needs, read once. */
import { readFileSync } from "node:fs";

/** @type {Record<string, string>} */
const TYPES = { css: "text/css; charset=utf-8", js: "text/javascript; charset=utf-8", svg: "image/svg+xml" };

/** Serves `/<name>` for each. @param {import("hono").Hono<any>} app @param {URL[]} files */
export function serveFiles(app, files) {
  for (const file of files) {
    const name = file.pathname.split("/").at(-1) ?? "";
    const body = readFileSync(file);
    const type = TYPES[name.split(".").at(-1) ?? ""] ?? "application/octet-stream";
    app.get(`/${name}`, (c) => c.body(body, 200, { "content-type": type, "cache-control": "no-cache" }));
  }
}
