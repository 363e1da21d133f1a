/** HPKE-9 and HPKE-4 against the vectors that the IETF drafts publish, when they are at hand. */
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

import { deriveInfo, findReleaseKeys, openRelease, openSealed, parseRelease } from "../src/release.js";
import { requireReleaseKey, type ReleaseJwk, type Statement } from "../src/statement.js";
import { makeShopKeys } from "./parts/shop-keys.js";
import { seal } from "./parts/wallet.js";

const FOLDER = process.env["PASSERBY_VECTORS"] ?? new URL("../../../../shared/vectors", import.meta.url).pathname;
const PUBLISHED = [["HPKE-4", `${FOLDER}/jose-hpke.json`], ["HPKE-9", `${FOLDER}/jose-hpke-pq.json`]] as const;

test.skipIf(!existsSync(FOLDER)).each(PUBLISHED)("the draft's own %s JWE opens, with its empty info", async (name, file) => {
  const all = JSON.parse(readFileSync(file, "utf8")) as { alg: string; jwk: Record<string, string>; compact: string }[];
  const { jwk, compact } = all.find(({ alg }) => alg === name)!;
  // The draft has no info; the protocol always has one.
  const opened = await openSealed(parseRelease(compact), new Uint8Array(), findReleaseKeys({ keys: [jwk] }));
  expect(new TextDecoder().decode(opened)).toMatch(/^You can trust us to stick with you/);
});

test.each(["release", "classical"] as const)("what is sealed to the %s key opens for its own question only", async (which) => {
  const { [which]: key } = await makeShopKeys("shoes.localhost:4001");
  const context = { client_id: "verifier_attestation:shoes.example", nonce: "n".repeat(22), response_uri: "https://relay.example/v1/response/x" };
  const jwe = await seal("a plain text", key as never, context);
  const opened = await openRelease(parseRelease(jwe), context, [key]);
  expect(new TextDecoder().decode(opened)).toBe("a plain text");
  for (const changed of [{ client_id: "verifier_attestation:boots.example" }, { nonce: "m".repeat(22) }, { response_uri: `${context.response_uri}y` }]) {
    await expect(openRelease(parseRelease(jwe), { ...context, ...changed }, [key])).rejects.toMatchObject({ word: "release-open" });
  }
  expect(Buffer.from(deriveInfo(context)).toString("latin1")).toBe(`OpenID4VP-si\xff${context.client_id}\xff${context.nonce}\xff${context.response_uri}`);
});

test("a wallet's choice among the release keys is foreseen", async () => {
  const sector = "shoes.localhost:4001";
  const { members, release, classical } = await makeShopKeys(sector);
  const [hybrid, x25519] = members["release_keys"] as ReleaseJwk[];
  const chosen = (releaseKeys: ReleaseJwk[], revokedJkts: string[] = []): Promise<ReleaseJwk> =>
    requireReleaseKey({ releaseKeys, revokedJkts } as Statement);
  expect((await chosen([x25519!, hybrid!])).kid).toBe(release.kid);
  expect((await chosen([hybrid!, x25519!], [release.kid])).kid).toBe(classical.kid);
  for (const pub of ["AAAA", Buffer.alloc(1216, 0xff).toString("base64url")]) {
    expect((await chosen([{ ...hybrid!, pub }, x25519!])).kid).toBe(classical.kid);
    await expect(chosen([{ ...hybrid!, pub }])).rejects.toMatchObject({ word: "release-key-missing" });
  }
});
