/**
 * `fetch` that knows what `*.localhost` means: this computer, without asking the DNS (docs/protocol.md section 2). Browsers do
 * this; Node leaves it to the system, and many systems do not know.
 */
import { request } from "node:http";
import { Readable } from "node:stream";

/** @type {(url: string, init?: RequestInit) => Promise<Response>} */
export async function loopbackFetch(url, init = {}) {
  const { protocol, hostname } = new URL(url);
  if (protocol !== "http:" || !hostname.endsWith(".localhost")) return fetch(url, init);
  const headers = Object.fromEntries(new Headers(init.headers));
  return new Promise((resolve, reject) => {
    /** @type {import("node:net").LookupFunction} */
    const lookup = (_host, options, done) => (options.all ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4));
    const options = { method: init.method ?? "GET", headers, lookup, ...(init.signal ? { signal: init.signal } : {}) };
    const call = request(url, options, (answer) => {
      const body = /** @type {ReadableStream} */ (Readable.toWeb(answer));
      const said = Object.entries(answer.headers).map(([name, value]) => /** @type {[string, string]} */ ([name, String(value)]));
      resolve(new Response(body, { status: answer.statusCode ?? 502, headers: said }));
    });
    call.on("error", reject);
    call.end(init.body ?? undefined);
  });
}
