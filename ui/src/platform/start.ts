// What the window is told when it opens: which room is first. No value, and no host of a waiting request.
import type { Settings } from "./settings";

export interface StartView {
  wallet: "none" | "locked" | "open";
  /** The vault's file is there, and nothing that could be typed opens it now. */
  trouble: null | "in-use" | "newer" | "not-a-vault" | "damaged";
  /** How many requests wait. */
  waiting: number;
  /** A link started the program, or one is in the clipboard. */
  sentByShop: boolean;
  systemUnlock: boolean;
  /** Such as "English" or "Russian"; absent where the system does not say. */
  keyboard: string | null;
  settings: Pick<Settings, "language" | "theme">;
}

/** Computed by zxcvbn in Rust; 0 is the weakest. */
export interface Strength {
  score: number;
  accepted: boolean;
}
