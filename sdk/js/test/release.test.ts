/** HPKE-4 against the vectors that the IETF draft publishes, when they are at hand. */
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

import { deriveInfo, findReleaseKeys, openRelease, openSealed, parseRelease } from "../src/release.js";
import { makeShopKeys } from "./parts/shop-keys.js";
import { seal } from "./parts/wallet.js";

const FOLDER = process.env["PASSERBY_VECTORS"] ?? new URL("../../../../shared/vectors", import.meta.url).pathname;
const PUBLISHED = `${FOLDER}/jose-hpke.json`;

test.skipIf(!existsSync(PUBLISHED))("the draft's own HPKE-4 JWE opens, with its empty info", async () => {
  const all = JSON.parse(readFileSync(PUBLISHED, "utf8")) as { alg: string; jwk: Record<string, string>; compact: string }[];
  const { jwk, compact } = all.find(({ alg }) => alg === "HPKE-4")!;
  // The draft has no info; the protocol always has one.
  const opened = await openSealed(parseRelease(compact), new Uint8Array(), findReleaseKeys({ keys: [jwk] }));
  expect(new TextDecoder().decode(opened)).toMatch(/^You can trust us to stick with you/);
});

test("a release opens for its own question only", async () => {
  const { release: key } = await makeShopKeys("shoes.localhost:4001");
  const context = { client_id: "verifier_attestation:shoes.example", nonce: "n".repeat(22), response_uri: "https://relay.example/v1/response/x" };
  const jwe = await seal("a plain text", key as never, context);
  const opened = await openRelease(parseRelease(jwe), context, [key]);
  expect(new TextDecoder().decode(opened)).toBe("a plain text");
  for (const changed of [{ client_id: "verifier_attestation:boots.example" }, { nonce: "m".repeat(22) }, { response_uri: `${context.response_uri}y` }]) {
    await expect(openRelease(parseRelease(jwe), { ...context, ...changed }, [key])).rejects.toMatchObject({ word: "release-open" });
  }
  expect(Buffer.from(deriveInfo(context)).toString("latin1")).toBe(`OpenID4VP-si\xff${context.client_id}\xff${context.nonce}\xff${context.response_uri}`);
});
