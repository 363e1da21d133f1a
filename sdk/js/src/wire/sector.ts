/** Who is asking, by host name (docs/protocol.md section 2), and the relay's own name. */

const PREFIX = "verifier_attestation:";
const LABELS = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;
const DEVELOPMENT = /^(127\.0\.0\.1|\[::1\]|localhost|([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+localhost):([1-9][0-9]{0,4})$/;
const IPV4 = /^[0-9.]+$/;
/** `--` at the third place is kept for A-labels. */
const RESERVED = /(^|\.)(?!xn)[a-z0-9-]{2}--/;
const LOOPBACK = /^(127\.0\.0\.1|\[::1\]|localhost|[a-z0-9-]+(\.[a-z0-9-]+)*\.localhost)$/;

/** Development sectors carry their port and mean "this computer". */
export function isDevelopmentSector(sector: string): boolean {
  const match = DEVELOPMENT.exec(sector);
  return match !== null && Number(match.at(-1)) <= 65_535 && parseUrl(`http://${sector}`)?.hostname === match[1];
}

export function isSector(sector: string): boolean {
  if (isDevelopmentSector(sector)) return true;
  return sector.includes(".") && LABELS.test(sector) && !RESERVED.test(sector) && !LOOPBACK.test(sector) && parseUrl(`https://${sector}`)?.host === sector && !IPV4.test(sector);
}

/** `https://<sector>`, or `http` on this computer. Without a trailing slash. */
export function sectorOrigin(sector: string): string {
  return new URL(`${isDevelopmentSector(sector) ? "http" : "https"}://${sector}`).origin;
}

export function clientIdOf(sector: string): string {
  return PREFIX + sector;
}

export function findSectorOf(clientId: string): string | undefined {
  const sector = clientId.startsWith(PREFIX) ? clientId.slice(PREFIX.length) : "";
  return isSector(sector) ? sector : undefined;
}

/** An `https` origin without a trailing slash; for development `http` with a loopback host. */
export function isRelayIssuer(issuer: string): boolean {
  const url = parseUrl(issuer);
  if (!url || url.origin !== issuer) return false;
  return url.protocol === "https:" || (url.protocol === "http:" && LOOPBACK.test(url.hostname));
}

/** Whether a text is an origin as browsers write it. */
export function isOrigin(text: string, development: boolean): boolean {
  const url = parseUrl(text);
  return url !== undefined && url.origin === text && (url.protocol === "https:" || (development && url.protocol === "http:"));
}

export function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
