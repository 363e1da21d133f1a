// What people call a detail. A claim that has no name of its own keeps the standard's.
import { m } from "./texts/messages.js";

const NAMES: Record<string, () => string> = {
  name: m.claim_name,
  given_name: m.claim_given_name,
  family_name: m.claim_family_name,
  middle_name: m.claim_middle_name,
  address: m.claim_address,
  "address.street_address": m.claim_address_street_address,
  "address.postal_code": m.claim_address_postal_code,
  "address.locality": m.claim_address_locality,
  "address.region": m.claim_address_region,
  "address.country": m.claim_address_country,
  phone_number: m.claim_phone_number,
  email: m.claim_email,
  birthdate: m.claim_birthdate,
  gender: m.claim_gender,
  document_number: m.claim_document_number,
  company: m.claim_company,
  vat_number: m.claim_vat_number,
};

export function claimName(claim: string): string {
  return NAMES[claim]?.() ?? claim;
}

/** Within a sentence: small, but in German, and but for abbreviations. */
function small(name: string, language: string): string {
  const isAbbreviation = /^\p{Lu}{2}/u.test(name);
  return language === "de" || isAbbreviation ? name : name.charAt(0).toLowerCase() + name.slice(1);
}

/** Several of them; the members of an address are one. `alone`: not within a sentence, so that the first is large. */
export function claimNames(claims: readonly string[], language: string, place: "alone" | "within" = "alone"): string {
  const groups = claims.map((claim) => (claim.startsWith("address.") ? "address" : claim));
  const names = [...new Set(groups)].map(claimName).map((name, i) => (place === "alone" && i === 0 ? name : small(name, language)));
  return new Intl.ListFormat(language, { type: "conjunction" }).format(names);
}
