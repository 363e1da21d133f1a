/**
 * The vectors that every reader of docs/protocol.md runs unchanged. Here: the steps of the shop and of the packing table. What only a
 * wallet reads is named as such; a folder or an input that nobody named is a failure, not a silence.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { checkAttestation } from "../src/attestation.js";
import { deriveQuery } from "../src/dcql.js";
import { findFriendlyName } from "../src/friendly-name.js";
import { findFault, type Graded } from "../src/graded.js";
import { parseOrderRecord } from "../src/order.js";
import { acceptUnsigned, checkDelivery, type Delivery } from "../src/passport.js";
import { PasserbyRefusal } from "../src/refusal.js";
import { findReleaseKeys, reveal } from "../src/reveal.js";
import { checkStatement } from "../src/statement.js";
import { deriveUserRef } from "../src/user-ref.js";
import { sha256B64u } from "../src/wire/b64u.js";
import { deriveJkt, findSigningJwk, type SigningJwk } from "../src/wire/jwk.js";

interface Vector {
  about: string;
  now: number;
  input: Record<string, any>;
  expect: { ok?: Record<string, any>; refused?: string };
}

const FOLDER = new URL("../../../tests/vectors/", import.meta.url).pathname;
const vectors = (step: string): [string, Vector][] =>
  readdirSync(join(FOLDER, step)).sort().map((file) => [file, JSON.parse(readFileSync(join(FOLDER, step, file), "utf8")) as Vector]);

const members = ({ input }: Vector): string => Object.keys(input).sort().join(" ");
const STATEMENT_ALONE = "sector statement";
const UNSIGNED = "grant_claim grant_id only_passerby passerby_claim question release_sha256";
const WHOLE_OF_SECTION_6 = "fetched_statement link pin relay_keys request";

async function outcome(run: () => Promise<object>): Promise<object> {
  try {
    return { ok: await run() };
  } catch (error) {
    if (error instanceof PasserbyRefusal) return { refused: error.word };
    throw error;
  }
}

test("every folder has a reader", () => {
  const folders = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  // Read by wallets only: `backup`, `foreign`, and `request` but for the attestation inside, because a shop makes requests and reads none; `words` and
  // `self-copy`, because they are a person's.
  expect(folders.sort()).toEqual(["backup", "foreign", "keys", "names", "passport", "request", "reveal", "self-copy", "verify", "words"]);
});

describe("keys: whoever has a passport recomputes the pseudonym", () => {
  test.each(vectors("keys"))("%s", async (_file, { input, expect: { ok } }) => {
    const jwk = findSigningJwk(ok!["jwk"])!;
    expect(await deriveJkt(jwk)).toBe(ok!["jkt"]);
    expect(await deriveUserRef(input["sector"], jwk)).toBe(ok!["user_ref"]);
  });
});

describe("names: the two words that people see", () => {
  test.each(vectors("names"))("%s", (_file, { input, expect: { ok } }) => {
    const names = (input["user_refs"] as string[]).map((userRef) => findFriendlyName(userRef) ?? null);
    expect(names).toEqual(ok!["friendly_names"]);
  });
});

describe("request: the attestation inside, as the shop reads it before it asks", () => {
  const inside = vectors("request").filter(([file, { input }]) => input["request"] && (file === "accepted.json" || file.startsWith("attestation-")));
  test.each(inside)("%s", async (_file, { now, input, expect: { refused } }) => {
    const { issuer, jwks } = input["relay_keys"] as { issuer: string; jwks: { keys: (SigningJwk & { kid: string })[] } };
    const relayKeys = new Map(jwks.keys.map((key) => [key.kid, findSigningJwk(key)!]));
    const [header] = input["request"].split(".") as [string];
    const { kid: requestJkt, jwt } = JSON.parse(Buffer.from(header, "base64url").toString()) as { kid: string; jwt?: string };
    const expectation = { issuer, sector: "shoes.example", requestJkt, relayKeys, now };
    const attested = outcome(async () => ({ iat: (await checkAttestation(jwt, expectation)).iat > 0 }));
    expect(await attested).toEqual(refused === undefined ? { ok: { iat: true } } : { refused });
  });
});

describe("request: a graded question is written as it is read", () => {
  const graded = vectors("request").filter(([, { expect: { ok } }]) => ok?.["graded"]);
  test.each(graded.filter(([file]) => file !== "graded-other-order.json"))("%s", (_file, { input, expect: { ok } }) => {
    const payload = JSON.parse(Buffer.from((input["request"] as string).split(".")[1]!, "base64url").toString()) as { dcql_query: object };
    const [{ required, optional, graded: ways }, { issuer }] = [ok as { required: string[]; optional: string[]; graded: (Graded & { query: string })[] }, input["relay_keys"]];
    expect(ways.map(findFault)).toEqual(ways.map(() => undefined));
    // The ids of queries are the shop's own.
    const named = ways.reduce((text, { query }, index) => text.replaceAll(`"graded-${index + 1}"`, `"${query}"`), JSON.stringify(deriveQuery({ required, optional, graded: ways }, issuer)));
    expect(JSON.parse(named)).toEqual(payload.dcql_query);
  });
});

describe("verify: a Statement by itself", () => {
  const all = vectors("verify");
  test("what is left is the wallet's", () => {
    for (const [file, vector] of all) expect([STATEMENT_ALONE, WHOLE_OF_SECTION_6], file).toContain(members(vector));
  });
  test.each(all.filter(([, vector]) => members(vector) === STATEMENT_ALONE))("%s", async (_file, { now, input, expect: expected }) => {
    expect(await outcome(async () => {
      const { rootJkt, seq, compact } = await checkStatement(input["statement"], { sector: input["sector"], now });
      return { root_jkt: rootJkt, seq, sha256: await sha256B64u(compact) };
    })).toEqual(expected);
  });
});

describe("passport: the shop's checks", () => {
  test.each(vectors("passport"))("%s", async (_file, vector) => {
    const { now, input, expect: expected } = vector;
    if (members(vector) === UNSIGNED) {
      const { question, grant_id: grantId, release_sha256: releaseSha256, passerby_claim, only_passerby: onlyPasserbyWallets } = input;
      const unsigned = { grantId, releaseSha256, passerbyClaim: passerby_claim ?? undefined, pending: question, onlyPasserbyWallets };
      expect(await outcome(async () => acceptUnsigned(unsigned))).toEqual(expected);
      return;
    }
    expect(members(vector)).toBe("grant_claim grant_id passerby_claim question relay_keys sector");
    const { issuer, jwks } = input["relay_keys"] as { issuer: string; jwks: { keys: (SigningJwk & { kid: string })[] } };
    const relayKeys = new Map(jwks.keys.map((key) => [key.kid, findSigningJwk(key)!]));
    const pending = input["question"] as Delivery["pending"];
    expect(await outcome(async () => ({
      grant_id: input["grant_id"],
      ...(await checkDelivery({ grantClaim: input["grant_claim"], passerbyClaim: input["passerby_claim"], pending, issuer, relayKeys, now })),
    }))).toEqual(expected);
  });
});

describe("reveal: where the release key lives", () => {
  test.each(vectors("reveal"))("%s", async (_file, vector) => {
    expect(members(vector)).toBe("order release release_keys");
    const { now, input, expect: expected } = vector;
    const releaseKeys = findReleaseKeys({ keys: input["release_keys"] });
    expect(await outcome(async () => ({
      values: await reveal({ release: input["release"], order: parseOrderRecord(input["order"]), releaseKeys, now }),
    }))).toEqual(expected);
  });
});
