/**
 * What is asked, as DCQL (docs/protocol.md section 5.3): one query for the passport, one for everything required, one for each
 * optional detail, so that the person can say no to each of them alone, and one for what may be answered with less.
 */
import { deriveSets, type Graded } from "./graded.js";
import { derivePath } from "./wire/claim-name.js";
import type { JsonObject } from "./wire/json.js";

export const PROFILE_VCT = "urn:passerby:vct:self-asserted-profile:1";

export function passportVct(issuer: string): string {
  return `${issuer}/vct/passport/1`;
}

export interface Asked {
  required: string[];
  optional: string[];
  /** Absent where nothing may be answered with less. */
  graded?: Graded[];
}

export function deriveQuery({ required, optional, graded = [] }: Asked, issuer: string): JsonObject {
  const steps = graded.map((ways, index) => ({ id: `graded-${index + 1}`, ways }));
  const stepIds = (isNeeded: boolean): string[] => steps.filter(({ ways }) => ways.needed === isNeeded).map(({ id }) => id);
  const needed = ["passport", ...(required.length > 0 ? ["profile"] : []), ...stepIds(true)];
  const choices = optional.map((name, index) => ({ id: `optional-${index + 1}`, name }));
  const credentials: JsonObject[] = [
    { id: "passport", format: "dc+sd-jwt", meta: { vct_values: [passportVct(issuer)] } },
    ...(required.length > 0 ? [profileQuery("profile", required)] : []),
    ...choices.map(({ id, name }) => profileQuery(id, [name])),
    ...steps.map(({ id, ways }) => ({ ...profileQuery(id, []), ...deriveSets(ways) })),
  ];
  const offered = [...choices.map(({ id }) => id), ...stepIds(false)];
  if (offered.length === 0) return { credentials };
  const sets = offered.map((id) => ({ options: [[id]], required: false }));
  return { credentials, credential_sets: [{ options: [needed] }, ...sets] };
}

function profileQuery(id: string, names: string[]): JsonObject {
  return {
    id,
    format: "dc+sd-jwt",
    meta: { vct_values: [PROFILE_VCT] },
    claims: names.map((name) => ({ path: derivePath(name) })),
  };
}
