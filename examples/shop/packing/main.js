/** The packing table's process: on this computer only, with the release keys that the shop's web process never has. */
import { serve } from "@hono/node-server";
import { findReleaseKeys } from "@passerby/sdk/reveal";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { readKeyFile } from "../key-file.js";
import { log } from "../log.js";
import { readSecretFile } from "../secret-file.js";
import { makePackingApp } from "./app.js";
import { Shop } from "./shop.js";

const HELP = `The packing table of the example shop.

  npm run packing -- --port 0 --shop http://shoes.localhost:4001 --staff-token data/staff-token --release-keys keys/release-keys.jwks \
    --door-key data/packing-key

  --port PORT           where it listens, on 127.0.0.1; 0 takes a free one
  --shop URL            the shop's web process
  --staff-token FILE    as the shop made it on its first start
  --release-keys FILE   the private release keys, as passerby-shop init writes them
  --door-key FILE       the secret that lets people in; made on the first start
`;

async function main() {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "0" }, shop: { type: "string" }, "staff-token": { type: "string" }, "release-keys": { type: "string" }, "door-key": { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  const { shop: url, "staff-token": tokenFile, "release-keys": keysFile, "door-key": doorFile } = values;
  if (values.help) return void process.stdout.write(HELP);
  if (!url || !tokenFile || !keysFile || !doorFile || !/^[0-9]+$/.test(values.port)) {
    process.stderr.write(`--shop, --staff-token, --release-keys and --door-key are needed.\n\n${HELP}`);
    return void (process.exitCode = 2);
  }
  const releaseKeys = findReleaseKeys(readKeyFile(keysFile));
  if (releaseKeys.length === 0) throw new Error("there is no private HPKE-9 or HPKE-4 key in the release keys file");
  const shop = new Shop({ url, staffToken: readFileSync(tokenFile, "utf8").trim() });
  const doorKey = readSecretFile(doorFile);
  const server = serve({ fetch: makePackingApp({ shop, releaseKeys, doorKey }).fetch, port: Number(values.port), hostname: "127.0.0.1" }, ({ port }) => {
    log("info", "ready");
    process.stdout.write(`ready on http://127.0.0.1:${port}\n`);
    // For the person at the terminal, never for a log file.
    if (process.stdout.isTTY) process.stdout.write(`open http://127.0.0.1:${port}/door?key=${doorKey}\n`);
  });
  for (const signal of /** @type {const} */ (["SIGTERM", "SIGINT"])) {
    process.once(signal, () => {
      server.close(() => log("info", "stopped"));
      if ("closeIdleConnections" in server) server.closeIdleConnections();
    });
  }
}

main().catch((error) => {
  process.stderr.write(`The packing table could not start: ${error.message}\n`);
  process.exitCode = 1;
});
