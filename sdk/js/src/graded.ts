/**
 * Less instead of the whole (docs/protocol.md section 5.3): a question that may be answered in several ways. The person picks one,
 * and exactly that one comes.
 *
 * What counts as less is a closed list: nobody must be led to tell more by a way that is called less.
 */
import { derivePath, isClaimName } from "./wire/claim-name.js";
import { isObject, isTextArray, type JsonObject } from "./wire/json.js";

/** As a shop keeps it: the whole first, each further set less, in the shop's order. Plain JSON. */
export interface Graded {
  needed: boolean;
  sets: string[][];
}

/** A detail, or the members of an address, that may be answered with less. */
export interface OrLess {
  claim: string | string[];
  /** Each way less than the whole, the ones you would rather have first. */
  orLess: (string | string[])[];
}

const MOST_SETS = 8;
const AREAS = ["locality", "region", "postal_code", "country"].map((member) => `address.${member}`);
const FROM_BIRTHDATE = ["age_over_18", "birth_year"];

const listed = (names: string | string[]): string[] => (typeof names === "string" ? [names] : [...names]);

export function deriveGraded({ claim, orLess }: OrLess, needed: boolean): Graded {
  return { needed, sets: [claim, ...orLess].map(listed) };
}

/** Every name, those of the whole first, each once. */
export function namesOf({ sets }: Graded): string[] {
  return [...new Set(sets.flat())];
}

/** What a name tells of, if it can be told in part. */
export function findSubject(name: string): "birth" | "address" | undefined {
  if (name.startsWith("address.")) return "address";
  return name === "birthdate" || FROM_BIRTHDATE.includes(name) ? "birth" : undefined;
}

/** Why these are not ways of telling one thing, each but the first less than it. */
export function findFault({ sets }: Graded): string | undefined {
  const [whole, ...less] = sets;
  if (whole === undefined || less.length === 0 || sets.length > MOST_SETS) return "orLess names one to seven ways";
  if (!sets.flat().every(isClaimName)) return "a detail is asked by a name that is no claim name";
  if (sets.some((set) => set.length === 0 || new Set(set).size !== set.length)) return "a way in orLess is empty, or names a detail twice";
  if (new Set(sets.map((set) => [...set].sort().join())).size !== sets.length) return "orLess names a way twice";
  const isAddress = whole.length > 1 && whole.every((name) => findSubject(name) === "address" && name !== "address.formatted");
  if (isAddress) {
    const isLess = (set: string[]): boolean => set.length < whole.length && set.every((name) => AREAS.includes(name) && whole.includes(name));
    return less.every(isLess) ? undefined : "less than an address are some of its members locality, region, postal_code and country";
  }
  if (whole.join() !== "birthdate") return "less is known of a birthdate, and of an address of two members or more, without address.formatted";
  return less.every((set) => set.length === 1 && FROM_BIRTHDATE.includes(set[0] ?? "")) ? undefined : "less than a birthdate is age_over_18 or birth_year";
}

/** The members of its credential query. */
export function deriveSets(graded: Graded): { claims: JsonObject[]; claim_sets: string[][] } {
  const id = (name: string): string => name.replace(".", "_");
  return {
    claims: namesOf(graded).map((name) => ({ id: id(name), path: derivePath(name) })),
    claim_sets: graded.sets.map((set) => set.map(id)),
  };
}

/** All names of one set and no others, or none where none is needed. Names of other queries are passed over. */
export function isGradedAnswered(graded: Graded, names: ReadonlySet<string>): boolean {
  const came = namesOf(graded).filter((name) => names.has(name));
  const isSet = (set: string[]): boolean => set.length === came.length && came.every((name) => set.includes(name));
  return (came.length === 0 && !graded.needed) || graded.sets.some(isSet);
}

/** The list as it comes out of a database or over HTTP; absent where nothing was graded. */
export function isGradedList(value: unknown): value is Graded[] | undefined {
  return value === undefined || (Array.isArray(value) && value.every(isGraded));
}

function isGraded(value: unknown): value is Graded {
  if (!isObject(value) || typeof value["needed"] !== "boolean") return false;
  const sets: unknown = value["sets"];
  return Array.isArray(sets) && sets.every((set) => isTextArray(set) && set.every(isClaimName));
}
