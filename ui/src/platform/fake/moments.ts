// The fixed times of the believable world: nothing here reads a clock.
const at = (text: string): number => Date.parse(text);

export const NOW = at("2026-11-23T14:00:00Z");
export const MET_SHOES = at("2026-03-03T10:12:00Z");
export const LAST_ORDER = at("2026-10-14T18:40:00Z");
export const DELETE_BY = at("2026-12-23T00:00:00Z");
export const DELETE_LATER = at("2027-11-23T00:00:00Z");
export const ANSWER_BY = at("2026-11-23T14:30:00Z");
export const MINUTE = 60_000;
export const DAY = 86_400_000;
