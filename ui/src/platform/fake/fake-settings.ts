// Settings and the spare key of the believable world.
import { CommandError } from "../command-error";
import type { Platform } from "../platform";
import type { SettingsView } from "../settings";
import type { Quiz } from "../spare-key";
import { checkPassphrase } from "./anna";
import { WORDS } from "./rooms";

export function fakeSettings(first: SettingsView): Pick<Platform, "settings" | "spareKey"> {
  let settings = first;
  return {
    settings: {
      view: async () => settings,
      change: async (part) => (settings = { ...settings, ...part }),
      changePassphrase: async (now) => checkPassphrase(now),
      makeBackup: async (passphrase) => {
        checkPassphrase(passphrase);
        return true;
      },
      startBackups: async () => {
        settings = { ...settings, backups: { file: "/media/anna/stick/passerby-backup.json", failing: null } };
        return true;
      },
      stopBackups: async () => {
        settings = { ...settings, backups: null };
      },
      keyring: async (on, passphrase) => {
        checkPassphrase(passphrase);
        return (settings = { ...settings, keyring: on ? "opens" : "off" });
      },
      reset: async (passphrase) => checkPassphrase(passphrase),
    },
    spareKey: {
      view: async () => ({ state: "none" }),
      words: async (passphrase) => {
        checkPassphrase(passphrase);
        return WORDS;
      },
      makeQuiz: async (): Promise<Quiz> => [7, 18],
      check: async (quiz, words) => {
        const right = quiz.every((number, i) => WORDS[number - 1]?.startsWith(words[i]?.trim().slice(0, 4) || "-"));
        if (!right) throw new CommandError("words-wrong", "Another word.", "nothing");
      },
    },
  };
}
