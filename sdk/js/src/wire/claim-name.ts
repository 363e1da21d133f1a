/** Claim names (docs/protocol.md section 1.7) and their DCQL paths. */

const SEGMENT = /^[a-z0-9_]{1,64}$/;
const NOT_A_CLAIM = new Set(["_sd", "_sd_alg", "iss", "vct", "cnf", "iat", "exp", "nbf", "sub", "aud", "jti", "status"]);

export function isClaimName(value: unknown): value is string {
  if (typeof value !== "string" || value === "address") return false;
  const segment = value.startsWith("address.") ? value.slice("address.".length) : value;
  return SEGMENT.test(segment) && !NOT_A_CLAIM.has(segment);
}

/** `address.postal_code` is `["address","postal_code"]`. */
export function derivePath(name: string): string[] {
  return name.split(".");
}
