/**
 * The shop's web process.
 *
 * Reads the request key and the Statement from the key folder, and nothing else there: the release keys belong to the packing table.
 */
import { serve } from "@hono/node-server";
import { Passerby, sectorOrigin } from "@passerby/sdk";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";

import { readKeyFile } from "../key-file.js";
import { log } from "../log.js";
import { loopbackFetch } from "../loopback.js";
import { readSecretFile } from "../secret-file.js";
import { makeApp } from "./app.js";
import { readQuestion } from "./question.js";
import { openDatabase } from "./tables/database.js";

const HELP = `The example shop.

  npm run shop -- --port 4001 --host shoes.localhost --relay http://127.0.0.1:4000 --keys keys --db data/shop.db

  --port PORT    where browsers reach it; part of the shop's name while the host ends in localhost
  --listen PORT  where it listens on 127.0.0.1, when something in between (a TLS proxy) has the other port (default: --port)
  --host HOST    the shop's host name, as in its Statement (default shoes.localhost)
  --relay URL    the relay's issuer, without a trailing slash
  --keys DIR     the folder with request-key.jwk and statement.jwt, as passerby-shop init writes it
  --db FILE      the shop's SQLite database; the staff token is made beside it, in the file staff-token
  --ask FILE     what is asked for (default ask.json)
  --only-passerby  refuse answers of wallets of other makes
`;

/** For how long requests that are under way may still run after the signal to stop. */
const LAST_REQUESTS_MS = 2_000;

const clock = () => Math.floor(Date.now() / 1000);

async function main() {
  const { values } = parseArgs({
    options: {
      port: { type: "string" }, listen: { type: "string" }, host: { type: "string", default: "shoes.localhost" }, relay: { type: "string" }, keys: { type: "string" },
      db: { type: "string" }, ask: { type: "string" }, "only-passerby": { type: "boolean", default: false }, help: { type: "boolean", default: false },
    },
  });
  const { port, relay, keys, db, listen = port } = values;
  if (values.help) return void process.stdout.write(HELP);
  if (!isPort(port) || !isPort(listen) || !relay || !keys || !db) {
    process.stderr.write(`--port, --relay, --keys and --db are needed.\n\n${HELP}`);
    return void (process.exitCode = 2);
  }
  const development = values.host === "127.0.0.1" || values.host === "localhost" || values.host.endsWith(".localhost");
  const host = development ? `${values.host}:${port}` : values.host;
  const requestKey = readKeyFile(join(keys, "request-key.jwk"));
  const statement = readFileSync(join(keys, "statement.jwt"), "utf8");
  if (existsSync(join(keys, "release-keys.jwks"))) log("warn", "release-keys-within-reach-of-the-web-process");

  const passerby = await Passerby.load({ relay, sector: host, requestKey, statement, onlyPasserbyWallets: values["only-passerby"], fetch: loopbackFetch });
  const question = readQuestion(values.ask ?? new URL("../ask.json", import.meta.url).pathname, passerby.statement);
  mkdirSync(dirname(resolve(db)), { recursive: true });
  const staffToken = readSecretFile(join(dirname(resolve(db)), "staff-token"));
  const database = openDatabase(db);
  const app = makeApp({ database, passerby, question, host, origin: sectorOrigin(host), staffToken, clock });
  const server = serve({ fetch: app.fetch, port: Number(listen), hostname: "127.0.0.1" }, ({ port: bound }) => {
    log("info", "ready");
    process.stdout.write(`ready on ${development ? sectorOrigin(host) : `http://127.0.0.1:${bound}`}\n`);
  });
  for (const signal of /** @type {const} */ (["SIGTERM", "SIGINT"])) {
    process.once(signal, () => {
      server.close(() => {
        database.close();
        log("info", "stopped");
      });
      // Browsers that wait would hold it open; they come again.
      if ("closeAllConnections" in server) setTimeout(() => server.closeAllConnections(), LAST_REQUESTS_MS).unref();
      if ("closeIdleConnections" in server) server.closeIdleConnections();
    });
  }
}

/** @param {string | undefined} text @returns {text is string} */
function isPort(text) {
  return text !== undefined && /^[1-9][0-9]{0,4}$/.test(text);
}

main().catch((error) => {
  process.stderr.write(`The shop could not start: ${error.message}\n`);
  process.exitCode = 1;
});
