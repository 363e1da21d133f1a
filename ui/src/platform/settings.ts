// What a person can set, and what the system can and cannot do here.

export type Language = "en" | "ru" | "de";

export interface Settings {
  language: Language;
  theme: "system" | "light" | "dark";
  lockMinutes: number;
  lockWithSession: boolean;
  clipboardSeconds: number;
  /** One of `SettingsView.browsers`; absent: the system's own. */
  browser: string | null;
  autostart: boolean;
  tray: boolean;
  protectScreen: boolean;
}

export interface Backups {
  file: string;
  /** Since when it could not be written. */
  failing: number | null;
}

export interface SettingsView extends Settings {
  browsers: string[];
  screenProtection: "works" | "not-here";
  keyring: "opens" | "missing" | "locked" | "off";
  relays: string[];
  /** Where a backup is written after each change; absent when nothing is. */
  backups: Backups | null;
  version: string;
  /** Where the wallet's file is. */
  vault: string;
}
