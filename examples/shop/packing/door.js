/**
 * The door of the packing table: who does not have its key sees no order. Other programs and people on this computer can reach the
 * port; they cannot read the key's file.
 */
import { Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";

import { isSameSecret } from "../secret-file.js";
import { doorPage } from "./pages.js";

const COOKIE = "packing";
const OPEN_TO_ALL = new Set(["/health", "/door", "/style.css", "/mark.svg"]);

/** Lets in by cookie or, for scripts, by `Authorization: Bearer`. @param {string} key @returns {import("hono").MiddlewareHandler} */
export function onlyWithKey(key) {
  return async (c, next) => {
    const shown = getCookie(c, COOKIE) ?? c.req.header("authorization")?.replace(/^Bearer /, "") ?? "";
    if (OPEN_TO_ALL.has(c.req.path) || isSameSecret(shown, key)) {
      await next();
      return undefined;
    }
    return c.req.path.startsWith("/api/") ? c.json({ error: "the packing key is missing or wrong" }, 401) : c.redirect("/door", 303);
  };
}

/** Where the key is typed, or brought along by the link that the start prints. @param {string} key */
export function doorRoutes(key) {
  const door = new Hono();
  /** @param {import("hono").Context} c @param {string} typed */
  const knock = (c, typed) => {
    if (!isSameSecret(typed, key)) return c.html(doorPage({ wrong: typed !== "" }), typed === "" ? 200 : 401);
    setCookie(c, COOKIE, key, { httpOnly: true, sameSite: "Strict", path: "/" });
    return c.redirect("/", 303);
  };
  door.get("/door", (c) => knock(c, c.req.query("key") ?? ""));
  door.post("/door", async (c) => {
    const { key: typed } = await c.req.parseBody();
    return knock(c, typeof typed === "string" ? typed.trim() : "");
  });
  return door;
}
