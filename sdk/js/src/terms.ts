/** The terms of a request (docs/protocol.md section 5.2): why, how long, who else. What the person reads before saying yes. */
import { PasserbyMisuse } from "./refusal.js";
import { b64u, sha256B64u } from "./wire/b64u.js";
import { isShownText } from "./wire/json.js";

export interface Terms {
  /** 1 to 200 characters, in the shop's words. */
  purpose: string;
  /** Days. */
  retention: number;
  /** At most 8 names of at most 80 characters to whom the shop passes the release on. */
  recipients: string[];
}

export interface SealedTerms {
  /** `b64u` of the JSON, as it travels. */
  data: string;
  /** `b64u(SHA-256(ASCII(data)))`: what the person's signature names. */
  hash: string;
}

export async function makeTerms({ purpose, retention, recipients }: Terms, retentionMax: number): Promise<SealedTerms> {
  if (!isShownText(purpose, 200)) throw new PasserbyMisuse("purpose must have 1 to 200 characters, on one line");
  if (!Number.isInteger(retention) || retention < 0 || retention > retentionMax) {
    throw new PasserbyMisuse(`retention must be 0 to ${retentionMax} days: the Statement allows no more`);
  }
  if (recipients.length > 8 || !recipients.every((name) => isShownText(name, 80))) {
    throw new PasserbyMisuse("recipients must be at most 8 names of 1 to 80 characters, on one line each");
  }
  const data = b64u(JSON.stringify({ purpose, retention, standing: false, recipients }));
  return { data, hash: await sha256B64u(data) };
}
