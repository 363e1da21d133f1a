/** HTTP to programs on this computer under their own names, which need not be known to its resolver. Follows no redirect, keeps no cookie. */
import { request } from "node:http";

/** Resolves with the status, the headers and the body as a text. */
export function call(method, address, { headers = {}, body } = {}) {
  const { hostname, host, port, pathname, search } = new URL(address);
  const here = hostname === "127.0.0.1" || hostname === "localhost" || hostname.endsWith(".localhost");
  if (!here) throw new Error("not on this computer");
  return new Promise((resolve, reject) => {
    const asking = request({ host: "127.0.0.1", port, path: pathname + search, method, headers: { ...headers, host } }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part)).on("error", reject);
      answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, text: Buffer.concat(parts).toString() }));
    });
    asking.on("error", reject).end(body);
  });
}

/** The same, for JSON in and out. */
export async function callJson(method, address, { headers = {}, json } = {}) {
  const sent = json === undefined ? {} : { body: JSON.stringify(json), headers: { ...headers, "content-type": "application/json" } };
  const { text, ...answer } = await call(method, address, { headers, ...sent });
  return { ...answer, json: JSON.parse(text) };
}
