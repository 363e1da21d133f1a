// The platform in the shell: each door is one command of src-tauri, by the bindings that are written from it, so that what the
// two believe of each other is compared when the window is built. It must never decide, keep or log anything.
import { commands, events } from "./bindings";
import { CommandError, type Facts, type Sent } from "./command-error";
import type { Platform } from "./platform";
import type { StartView } from "./start";

type Answered<T> = { status: "ok"; data: T } | { status: "error"; error: Failed };

/** How `CommandError` of the shell arrives. */
interface Failed {
  code: string;
  message: string;
  sent: Sent;
  facts: Facts;
}

async function ask<T>(asked: Promise<Answered<T>>): Promise<T> {
  const answered = await asked;
  if (answered.status === "ok") return answered.data;
  const { code, message, sent, facts } = answered.error;
  throw new CommandError(code, message, sent, facts);
}

/** The same for a command that answers nothing. */
async function tell(asked: Promise<Answered<null>>): Promise<void> {
  await ask(asked);
}

/** What the shell laid into the page (src-tauri/src/desktop/front.rs); nothing where a first question has to be asked first. */
export function findFirst(): StartView | null {
  return (globalThis as { passerbyFirst?: StartView }).passerbyFirst ?? null;
}

export function openShell(): Platform {
  return {
    start: () => ask(commands.start()),
    watch: (hear) => {
      const listening = events.change.listen((event) => hear(event.payload));
      return () => void listening.then((stop) => stop());
    },
    welcome: {
      suggestPassphrase: () => ask(commands.welcomeSuggestPassphrase()),
      weighPassphrase: (passphrase) => ask(commands.welcomeWeighPassphrase(passphrase)),
      create: (passphrase) => tell(commands.welcomeCreate(passphrase)),
      restoreFromWords: (words, passphrase) => tell(commands.welcomeRestoreWords(words, passphrase)),
      restoreFromBackup: (secret) => ask(commands.welcomeRestoreBackup(secret)),
    },
    lock: {
      unlock: (passphrase) => tell(commands.lockUnlock(passphrase)),
      unlockBySystem: () => tell(commands.lockUnlockBySystem()),
      newPassphrase: (words, passphrase) => tell(commands.lockNewPassphrase(words, passphrase)),
      restoreBackup: (secret) => ask(commands.welcomeRestoreBackup(secret)),
      lock: () => tell(commands.lockLock()),
    },
    requests: {
      list: () => ask(commands.requestList()),
      open: (link) => ask(commands.requestOpen(link)),
      openClipboard: () => ask(commands.requestOpenClipboard()),
      openScreen: () => ask(commands.requestOpenScreen()),
      openImage: () => ask(commands.requestOpenImage()),
      retry: (request) => ask(commands.requestRetry(request)),
      keep: (link) => tell(commands.requestKeep(link)),
      keepClipboard: () => ask(commands.requestKeepClipboard()),
      openKept: () => ask(commands.requestOpenKept()),
    },
    consent: {
      view: (request) => ask(commands.consentView(request)),
      confirm: (request, passphrase) => tell(commands.consentConfirm(request, passphrase)),
      send: (answer) => ask(commands.consentSend(answer)),
      refuse: (request, refusal) => ask(commands.consentRefuse(request, refusal)),
      openPolicy: (request) => tell(commands.consentOpenPolicy(request)),
      backToShop: (request) => tell(commands.consentBackToShop(request)),
    },
    data: {
      view: () => ask(commands.dataView()),
      save: (draft) => tell(commands.dataSave(draft)),
      history: (place) => ask(commands.dataHistory(place)),
      remove: (place) => tell(commands.dataRemove(place)),
      bringBack: (place) => tell(commands.dataBringBack(place)),
      copy: (place) => ask(commands.dataCopy(place)),
      setSensitive: (place, sensitive) => tell(commands.dataSetSensitive(place, sensitive)),
      makeDefault: (label) => tell(commands.dataMakeDefault(label)),
      chooseImport: () => ask(commands.dataChooseImport()),
      exportAll: (passphrase) => ask(commands.dataExportAll(passphrase)),
    },
    shops: {
      list: () => ask(commands.shopsList()),
      view: (host) => ask(commands.shopsView(host)),
      block: (host, blocked) => tell(commands.shopsBlock(host, blocked)),
      refresh: (host) => ask(commands.shopsRefresh(host)),
    },
    activity: { view: (filter) => ask(commands.activityView(filter)) },
    settings: {
      view: () => ask(commands.settingsView()),
      // The shell reads an empty text as the system's own browser, and nothing at all as no change.
      change: (part) => ask(commands.settingsChange(part.browser === null ? { ...part, browser: "" } : part)),
      changePassphrase: (now, next) => tell(commands.settingsChangePassphrase(now, next)),
      makeBackup: (passphrase) => ask(commands.settingsMakeBackup(passphrase)),
      startBackups: () => ask(commands.settingsStartBackups()),
      stopBackups: () => tell(commands.settingsStopBackups()),
      keyring: (on, passphrase) => ask(commands.settingsKeyring(on, passphrase)),
      reset: (passphrase) => tell(commands.settingsReset(passphrase)),
    },
    spareKey: {
      view: () => ask(commands.spareKeyView()),
      words: (passphrase) => ask(commands.spareKeyWords(passphrase)),
      makeQuiz: () => ask(commands.spareKeyQuiz()),
      check: (quiz, words) => tell(commands.spareKeyCheck(quiz, words)),
    },
    reveal: (which) => ask(commands.reveal(which)),
    revealEnded: () => tell(commands.revealEnded()),
  };
}
