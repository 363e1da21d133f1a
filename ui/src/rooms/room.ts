// The rooms of an open wallet, in the order in which people come to them.

export const ROOMS = ["data", "requests", "shops", "activity", "settings", "spare-key"] as const;
export type Room = (typeof ROOMS)[number];
