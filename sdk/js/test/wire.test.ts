/** The strictness of docs/protocol.md sections 1 and 2. */
import { describe, expect, test } from "vitest";

import { b64u, findBytes, isB64uOf } from "../src/wire/b64u.js";
import { isClaimName } from "../src/wire/claim-name.js";
import { isShownText, parseJson, parseJsonObject } from "../src/wire/json.js";
import { findSigningJwk } from "../src/wire/jwk.js";
import { findSectorOf, isDevelopmentSector, isRelayIssuer, isSector, sectorOrigin } from "../src/wire/sector.js";
import { isExpired, isNotYetValid, isTime } from "../src/wire/time.js";
import { makeSigningKey, publicJwk } from "./parts/shop-keys.js";

describe("JSON", () => {
  test.each([
    `{"a":1,"a":1}`, `{"a":1,"\\u0061":2}`, `{"a":[{"b":1,"b":1}]}`, `{"a":1.0}`, `{"a":1e3}`, `{"a":-0}`, `{"a":1e999}`,
    `{"a":1,}`, `{'a':1}`, `{"a":1} x`, `{"a":1}//c`, `/**/{}`, `\u00a0{}`, `\ufeff{}`, `{"a":"\\ud800"}`, `{"\\ud800":1}`, "", "[", "NaN",
    "[".repeat(200) + "]".repeat(200), "[".repeat(30_000) + "]".repeat(30_000),
  ])("refuses %j", (text) => {
    expect(() => parseJson(text)).toThrow(new SyntaxError("not strict JSON"));
  });

  test("takes what is plain, without falling for names that mean something to the language", () => {
    expect(parseJson(`{"a":[1,-2,0.5,true,null,"é"],"b":{"a":{}}}`)).toEqual({ a: [1, -2, 0.5, true, null, "é"], b: { a: {} } });
    const tricky = parseJsonObject(`{"__proto__":{"d":1},"hasOwnProperty":1,"constructor":2}`);
    expect(Object.keys(tricky)).toEqual(["__proto__", "hasOwnProperty", "constructor"]);
    expect(tricky["d"]).toBeUndefined();
    expect(() => parseJson(`{"__proto__":1,"__proto__":1}`)).toThrow();
  });

  test("refuses bytes that are not UTF-8", () => {
    expect(() => parseJson(Uint8Array.of(0x22, 0xc3, 0x28, 0x22))).toThrow();
    expect(() => parseJsonObject("[]")).toThrow();
  });

  test("a shown text is on one line and runs in one direction", () => {
    for (const text of ["", "a\nb", "a\u202eb", "a\u2066b", "a\u0000", "x".repeat(81)]) expect(isShownText(text, 80)).toBe(false);
    expect(isShownText("𝒳".repeat(80), 80)).toBe(true);
  });
});

test("b64u has one text for one value", () => {
  for (const text of ["A", "AA==", "AB", "A+", "A/", " AA", "AA\n", "AAB"]) expect(findBytes(text)).toBeUndefined();
  expect(findBytes("")).toEqual(new Uint8Array());
  expect(findBytes(b64u("passerby"))).toEqual(new TextEncoder().encode("passerby"));
  expect(isB64uOf("A".repeat(43), 32)).toBe(true);
  expect(isB64uOf("A".repeat(42) + "B", 32)).toBe(false);
});

test("sectors", () => {
  for (const sector of ["shoes.example", "www.shoes.example", "xn--bcher-kva.example", "shoes.localhost:4001", "127.0.0.1:4001", "[::1]:4001", "localhost:80"]) {
    expect(isSector(sector), sector).toBe(true);
  }
  const wrong = ["Shoes.example", "shoes.example.", "shoes.example:443", "10.0.0.1", "1.2", "[::1]", "shoes", "localhost", "shoes.localhost", "shoes.localhost:0",
    "shoes.localhost:70000", "bücher.example", "a..b", "-a.example", "a_b.example", "shoes.example/x", "user@shoes.example", "", "0x7f.1", "evil.example:1.localhost:1"];
  for (const sector of wrong) expect(isSector(sector), sector).toBe(false);
  // As in tests/regressions/sector_hosts.rs: both readers take the same hosts.
  for (const sector of ["a..localhost:80", "-a.localhost:80", "xn--a.example", "ab--cd.example", "xn--abc.example"]) expect(isSector(sector), sector).toBe(false);
  for (const sector of ["xn--mnchen-3ya.example", "xn--fa-hia.example", "abc.xn--p1ai", "08.example", "1.example"]) expect(isSector(sector), sector).toBe(true);
  expect(isDevelopmentSector("shoes.example")).toBe(false);
  expect(sectorOrigin("shoes.example")).toBe("https://shoes.example");
  expect(sectorOrigin("shoes.localhost:4001")).toBe("http://shoes.localhost:4001");
  expect(findSectorOf("verifier_attestation:shoes.example")).toBe("shoes.example");
  expect(findSectorOf("x509_san_dns:shoes.example")).toBeUndefined();
});

test("relay issuers", () => {
  for (const issuer of ["https://relay.example", "https://relay.example:8443", "http://127.0.0.1:4000", "http://localhost:4000", "http://relay.localhost:1"]) {
    expect(isRelayIssuer(issuer), issuer).toBe(true);
  }
  for (const issuer of ["https://relay.example/", "http://relay.example", "https://relay.example/x", "https://u@relay.example", "relay.example", "https://RELAY.example", "http://localhost.evil.example"]) {
    expect(isRelayIssuer(issuer), issuer).toBe(false);
  }
});

test("claim names", () => {
  for (const name of ["name", "phone_number", "address.postal_code"]) expect(isClaimName(name)).toBe(true);
  for (const name of ["", "Name", "a.b.c", "a.", ".a", "a b", "x".repeat(65), 7]) expect(isClaimName(name)).toBe(false);
});

test("times have 120 s of play on both sides", () => {
  expect([isExpired(1119, 1000), isExpired(1120, 1000)]).toEqual([false, true]);
  expect([isNotYetValid(1000, 1120), isNotYetValid(1000, 1121)]).toEqual([false, true]);
  for (const time of [-1, 1.5, 2 ** 53, "1", null, NaN]) expect(isTime(time)).toBe(false);
});

test("signing keys are public points of P-256", async () => {
  const key = await makeSigningKey();
  expect(findSigningJwk({ ...publicJwk(key), kid: "k", alg: "ES256" })).toEqual(publicJwk(key));
  for (const wrong of [key, { ...publicJwk(key), y: key.x }, { ...publicJwk(key), crv: "P-384" }, { ...publicJwk(key), kty: "OKP" }, null, []]) {
    expect(findSigningJwk(wrong)).toBeUndefined();
  }
});
