/** What went wrong, said to people: what happened, whether anything was ordered or sent, what to do next. */
import { PasserbyRefusal, RelayProblem, RelayUnreachable } from "@passerby/sdk";

import { HTTPException } from "hono/http-exception";

import { log } from "../log.js";
import { problemPage } from "./pages/frame.js";

/** @typedef {{ head: string, what: string, state: string, status: 403 | 409 | 413 | 500 | 502, word: string, again: boolean }} Problem */

/** @param {Error} error @param {import("hono").Context} c */
export function answerProblem(error, c) {
  const returning = c.req.path.startsWith("/return/");
  const { status, word, again, ...said } = describe(error, returning);
  log(status === 500 ? "error" : "warn", "problem", { method: c.req.method, kind: error.name, word, status });
  if (c.req.header("accept")?.includes("application/json") || c.req.path.startsWith("/api/") || c.req.path === "/status") {
    return c.json({ ...said, error: word, ...(c.req.path === "/status" ? { state: "unsure" } : {}) }, status);
  }
  const retry = again && returning ? { href: c.req.url, text: "Try again" } : { href: "/checkout", text: "Back to the basket" };
  return c.html(problemPage({ ...said, retry }), status);
}

/** @param {Error} error @param {boolean} returning @returns {Problem} */
function describe(error, returning) {
  if (error instanceof HTTPException) {
    return {
      head: "We did not take that",
      what: "It did not come from a page of this shop, or it was too large.",
      state: "Nothing was ordered by it. Your basket is as it was.",
      status: error.status === 413 ? 413 : 403, word: "not-from-here", again: false,
    };
  }
  if (error instanceof PasserbyRefusal && error.word === "claim-missing") {
    return {
      head: "We take Passerby wallets only",
      what: "Another wallet answered. It cannot show that the answer is yours, so we did not take it.",
      state: "No order was made, and nobody has opened anything. Answer with Passerby, or use the form.",
      status: 409, word: error.word, again: false,
    };
  }
  if (error instanceof PasserbyRefusal) {
    return {
      head: "That answer does not fit",
      what: "What came back is not an answer to what we asked, so we did not take it.",
      state: "No order was made, and nobody has opened anything. Start again from the basket, or use the form.",
      status: 409, word: error.word, again: false,
    };
  }
  if (error instanceof RelayProblem && returning) {
    return {
      head: "This way back is used up",
      what: "The relay server no longer takes the code that your wallet sent you back with. It is good once, for a short time.",
      state: "No order was made by it. If you had already come back, your order is in the window where you shop. Otherwise start again; the basket is as it was.",
      status: 409, word: error.word, again: false,
    };
  }
  if (error instanceof RelayUnreachable || error instanceof RelayProblem) {
    return {
      head: returning ? "We could not fetch your answer" : "We could not ask your wallet",
      what: "The relay server that carries sealed messages for us does not answer as it should.",
      state: returning
        ? "No order was made yet. What you sent is still sealed. Try again: it cannot order twice."
        : "Nothing was asked, sent or ordered. Your basket is as it was. Try again in a minute, or use the form.",
      status: 502, word: error instanceof RelayProblem ? error.word : "relay-unreachable", again: true,
    };
  }
  return {
    head: "Something broke on our side",
    what: "The shop could not finish this step.",
    state: returning ? "We do not know whether the order was made. Try again: it cannot order twice." : "Nothing was ordered by it. Your basket is as it was.",
    status: 500, word: "unexpected", again: true,
  };
}
