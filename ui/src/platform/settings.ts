// What a person can set, and what the system can and cannot do here.

export type Language = "en" | "ru" | "de";

export interface Settings {
  language: Language;
  theme: "system" | "light" | "dark";
  lockMinutes: 5 | 15 | 60;
  lockWithSession: boolean;
  clipboardSeconds: 30 | 60 | 120;
  /** One of `SettingsView.browsers`; absent: the system's own. */
  browser: string | null;
  autostart: boolean;
  tray: boolean;
  protectScreen: boolean;
}

/** Why a backup could not be written. */
export type BackupTrouble = "no-folder" | "full" | "foreign" | "newer" | "not-whole" | "refused";

export interface Backups {
  folder: string;
  failing: { since: number; why: BackupTrouble } | null;
}

export interface SettingsView extends Settings {
  browsers: string[];
  screenProtection: "works" | "not-here";
  keyring: "opens" | "missing" | "locked" | "off";
  relays: string[];
  lastBackup: number | null;
  /** Where a backup is written after each change; absent when nothing is. */
  backups: Backups | null;
  version: string;
}
