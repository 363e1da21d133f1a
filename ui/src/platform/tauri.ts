// The platform in the shell: each door is one command of src-tauri. It must never decide, keep or log anything.
import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { Change } from "./change";
import { CommandError, type Facts, type Sent } from "./command-error";
import type { Platform } from "./platform";

/** How `CommandError` of the shell arrives. */
interface Failed {
  code: string;
  message: string;
  sent: Sent;
  facts: Facts;
}

function isFailed(cause: unknown): cause is Failed {
  return typeof cause === "object" && cause !== null && "code" in cause && "sent" in cause;
}

async function ask<T>(command: string, parts: Record<string, unknown> = {}): Promise<T> {
  try {
    return await invoke<T>(command, parts);
  } catch (cause) {
    if (isFailed(cause)) throw new CommandError(cause.code, cause.message, cause.sent, cause.facts);
    throw cause;
  }
}

export function openShell(): Platform {
  return {
    start: () => ask("start"),
    watch: (hear) => {
      const listening = listen<Change>("change", (event) => hear(event.payload));
      return () => void listening.then((stop) => stop());
    },
    welcome: {
      suggestPassphrase: () => ask("welcome_suggest_passphrase"),
      weighPassphrase: (passphrase) => ask("welcome_weigh_passphrase", { passphrase }),
      create: (passphrase) => ask("welcome_create", { passphrase }),
      restoreFromWords: (words, passphrase) => ask("welcome_restore_words", { words, passphrase }),
      restoreFromBackup: (secret) => ask("welcome_restore_backup", { secret }),
    },
    lock: {
      unlock: (passphrase) => ask("lock_unlock", { passphrase }),
      unlockBySystem: () => ask("lock_unlock_by_system"),
      newPassphrase: (words, passphrase) => ask("lock_new_passphrase", { words, passphrase }),
      restoreBackup: (secret) => ask("welcome_restore_backup", { secret }),
      lock: () => ask("lock_lock"),
    },
    requests: {
      list: () => ask("request_list"),
      open: (link) => ask("request_open", { link }),
      openClipboard: () => ask("request_open_clipboard"),
      openScreen: () => ask("request_open_screen"),
      openImage: () => ask("request_open_image"),
      retry: (request) => ask("request_retry", { request }),
      keep: (link) => ask("request_keep", { link }),
      keepClipboard: () => ask("request_keep_clipboard"),
      openKept: () => ask("request_open_kept"),
    },
    consent: {
      view: (request) => ask("consent_view", { request }),
      confirm: (request, passphrase) => ask("consent_confirm", { request, passphrase }),
      send: (answer) => ask("consent_send", { answer }),
      refuse: (request, refusal) => ask("consent_refuse", { request, refusal }),
      openPolicy: (request) => ask("consent_open_policy", { request }),
      backToShop: (request) => ask("consent_back_to_shop", { request }),
    },
    data: {
      view: () => ask("data_view"),
      save: (draft) => ask("data_save", { draft }),
      history: (place) => ask("data_history", { place }),
      remove: (place) => ask("data_remove", { place }),
      bringBack: (place) => ask("data_bring_back", { place }),
      copy: (place) => ask("data_copy", { place }),
      setSensitive: (place, sensitive) => ask("data_set_sensitive", { place, sensitive }),
      makeDefault: (label) => ask("data_make_default", { label }),
      chooseImport: () => ask("data_choose_import"),
      exportAll: (passphrase) => ask("data_export_all", { passphrase }),
    },
    shops: {
      list: () => ask("shops_list"),
      view: (host) => ask("shops_view", { host }),
      block: (host, blocked) => ask("shops_block", { host, blocked }),
      refresh: (host) => ask("shops_refresh", { host }),
    },
    activity: { view: (filter) => ask("activity_view", { filter }) },
    settings: {
      view: () => ask("settings_view"),
      // The shell reads an empty text as the system's own browser, and nothing at all as no change.
      change: (part) => ask("settings_change", { change: part.browser === null ? { ...part, browser: "" } : part }),
      changePassphrase: (now, next) => ask("settings_change_passphrase", { now, next }),
      makeBackup: (passphrase) => ask("settings_make_backup", { passphrase }),
      startBackups: () => ask("settings_start_backups"),
      stopBackups: () => ask("settings_stop_backups"),
      keyring: (on, passphrase) => ask("settings_keyring", { on, passphrase }),
      reset: (passphrase) => ask("settings_reset", { passphrase }),
    },
    spareKey: {
      view: () => ask("spare_key_view"),
      words: (passphrase) => ask("spare_key_words", { passphrase }),
      makeQuiz: () => ask("spare_key_quiz"),
      check: (quiz, words) => ask("spare_key_check", { quiz, words }),
    },
    reveal: (which) => ask("reveal", { which }),
    revealEnded: () => ask("reveal_ended"),
  };
}
