/** Waiting for a transaction: by a stream, and where there is none, by asking; through nginx as it is, and set to hold everything back. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";

import { Passerby, RelayProblem, type Fetch, type Patience, type Pending } from "../src/index.js";
import { StubRelay } from "./parts/relay.js";
import { makeShopKeys, NOW, type ShopKeys } from "./parts/shop-keys.js";
import { Wallet } from "./parts/wallet.js";

const ISSUER = "http://127.0.0.1:4000";
const LONG = 3_600_000;
/** Nothing is ever given up: what comes, comes by the stream. */
const PATIENT: Patience = { first: LONG, further: LONG, between: LONG, again: LONG };

let shop: ShopKeys;
let relay: StubRelay;
let wallet: Wallet;
let ends: AbortController;
let atTheEnd: (() => unknown)[];

beforeEach(async () => {
  shop = await makeShopKeys("shoes.localhost:4001");
  relay = await StubRelay.make(ISSUER, shop, () => NOW);
  wallet = await Wallet.make();
  ends = new AbortController();
  atTheEnd = [];
});

afterEach(async () => {
  ends.abort();
  for (const end of atTheEnd.reverse()) await end();
});

const load = (fetch: Fetch = relay.fetch): Promise<Passerby> =>
  Passerby.load({ relay: ISSUER, sector: shop.sector, requestKey: shop.request, statement: shop.statement, clock: () => NOW, fetch });

async function ask(passerby: Passerby): Promise<{ requestUri: string; pending: Pending }> {
  return passerby.ask({ required: ["name"], optional: [], purpose: "To deliver your order", retention: 30, recipients: [], redirectUri: "http://shoes.localhost:4001/return" });
}

const asked = (): number => relay.calls.filter((call) => /transactions\/[^/]+$/.test(call)).length;
const streamed = (): number => relay.calls.filter((call) => call.endsWith("/events")).length;

test("each state is told as it comes, and nothing is asked", async () => {
  const passerby = await load();
  const { requestUri, pending } = await ask(passerby);
  const states = passerby.follow(pending, { signal: ends.signal, patience: PATIENT });
  expect((await states.next()).value).toBe("waiting");
  const next = states.next();
  relay.parked.get(pending.request_id)!.fetched = true;
  relay.ring();
  expect((await next).value).toBe("fetched");
  await relay.visit(wallet, requestUri, { name: "Ana" });
  expect((await states.next()).value).toBe("answered");
  expect((await states.next()).done).toBe(true);
  expect([streamed(), asked(), relay.streams]).toEqual([1, 0, 0]);
});

test("a relay that sends everybody home is asked again, and says nothing twice", async () => {
  const passerby = await load();
  const { requestUri, pending } = await ask(passerby);
  const states = passerby.follow(pending, { signal: ends.signal, patience: PATIENT });
  expect((await states.next()).value).toBe("waiting");
  relay.hangUp();
  const next = states.next();
  await relay.visit(wallet, requestUri, "decline");
  expect(["fetched", "answered"]).toContain((await next).value);
  expect([streamed(), asked()]).toEqual([2, 0]);
});

test("where no more may wait, asking gets there", async () => {
  const passerby = await load();
  const { requestUri, pending } = await ask(passerby);
  relay.full = true;
  const states = passerby.follow(pending, { signal: ends.signal, patience: { ...PATIENT, between: 1 } });
  expect((await states.next()).value).toBe("waiting");
  await relay.visit(wallet, requestUri, "decline");
  expect((await states.next()).value).toBe("answered");
  expect(streamed()).toBe(1);
});

test("a transaction that is not there is a mistake, and not waited for", async () => {
  const passerby = await load();
  await expect(passerby.follow({ transaction_id: "dHJhbnNhY3Rpb24tOTk5OQ" }, { signal: ends.signal }).next()).rejects.toThrow(RelayProblem);
});

test("whoever has waited enough leaves nothing open", async () => {
  const passerby = await load();
  const { pending } = await ask(passerby);
  const states = passerby.follow(pending, { signal: ends.signal, patience: PATIENT });
  await states.next();
  const next = states.next();
  ends.abort();
  expect((await next).done).toBe(true);
  expect(relay.streams).toBe(0);
});

test.each([
  ["a stream that says something else", "data: {\"state\":\"sold\"}\n\n"],
  ["a stream without end", "a".repeat(70_000)],
])("%s is left, and asking gets there", async (_, text) => {
  const passerby = await load(async (url, init) => (url.endsWith("/events") ? new Response(text, { headers: { "content-type": "text/event-stream" } }) : relay.fetch(url, init)));
  const { pending } = await ask(passerby);
  expect((await passerby.follow(pending, { signal: ends.signal, patience: PATIENT }).next()).value).toBe("waiting");
  expect(asked()).toBe(1);
});

/** The stub on a port. Proofs name the issuer, whatever way a call took. */
async function serveRelay(): Promise<string> {
  const server: Server = createServer((request, answer) => {
    const gone = new AbortController();
    answer.on("close", () => gone.abort());
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", async () => {
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      const body = chunks.length > 0 ? { body: Buffer.concat(chunks).toString() } : {};
      const said = await relay.fetch(ISSUER + request.url!, { method: request.method!, headers, signal: gone.signal, ...body });
      answer.writeHead(said.status, Object.fromEntries(said.headers));
      Readable.fromWeb(said.body as never).on("error", () => answer.destroy()).pipe(answer);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  atTheEnd.push(() => server.closeAllConnections(), () => server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** nginx from the system in front of it. */
async function startNginx(relay: string, further: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "nginx-"));
  atTheEnd.push(() => rmSync(folder, { recursive: true, force: true }));
  for (;;) {
    const free = createServer().listen(0, "127.0.0.1");
    await once(free, "listening");
    const { port } = free.address() as AddressInfo;
    free.close();
    await once(free, "close");
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder}/${name};`).join(" ");
    writeFileSync(join(folder, "nginx.conf"), `daemon off; master_process off; pid ${folder}/pid; error_log stderr; events {}
      http { access_log off; ${temporary} server { listen 127.0.0.1:${port}; location / { proxy_pass http://${relay}; ${further} } } }`);
    const nginx = spawn("nginx", ["-e", "stderr", "-c", join(folder, "nginx.conf")], { env: { PATH: `${process.env["PATH"]}:/usr/sbin` }, stdio: "ignore" });
    atTheEnd.push(() => end(nginx));
    if (await answers(nginx, port)) return `http://127.0.0.1:${port}`;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

/** Until it listens; not at all when somebody else has its port. */
async function answers(child: ChildProcess, port: number): Promise<boolean> {
  while (child.exitCode === null) {
    const socket = connect(port, "127.0.0.1");
    const listens = await new Promise((resolve) => socket.once("connect", () => resolve(true)).once("error", () => resolve(false)));
    socket.destroy();
    if (listens) return true;
  }
  return false;
}

test.each([
  ["as it is", "", PATIENT, true],
  ["set to hold everything back", "proxy_ignore_headers X-Accel-Buffering;", { ...PATIENT, first: 500, between: 1 }, false],
] as const)("through nginx %s, a shop hears of the answer", async (_, further, patience, byStream) => {
  const proxy = await startNginx(await serveRelay(), further);
  const passerby = await load((url, init) => fetch(url.replace(ISSUER, proxy), init));
  const { requestUri, pending } = await ask(passerby);
  const states = passerby.follow(pending, { signal: ends.signal, patience });
  expect((await states.next()).value).toBe("waiting");
  await relay.visit(wallet, requestUri, { name: "Ana" });
  let last;
  for await (const state of states) last = state;
  expect(last).toBe("answered");
  expect([streamed(), asked() === 0]).toEqual([1, byStream]);
});
