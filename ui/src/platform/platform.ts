// The only door between the window and the wallet: what the window may ask for, and what it is told.
// It must never carry a decision of trust from the window, a key, a recovery word unasked, or values of a screen that is not open.
import type { ActivityFilter, ActivityView } from "./activity";
import type { Answer, DeclinedView, Refusal, SentView } from "./answer";
import type { CardDraft, Copied, DataView, ImportView, Where } from "./data";
import type { Found } from "./consent";
import type { Change } from "./change";
import type { Requests } from "./request";
import type { Settings, SettingsView } from "./settings";
import type { ShopLine, ShopView } from "./shops";
import type { Quiz, SpareKeyView } from "./spare-key";
import type { StartView, Strength } from "./start";

/** A saved value that is hidden until it is asked for: where it stands, and under which name. */
export type HiddenValue =
  | { room: "consent"; request: number; recipient: string; claim: string }
  | { room: "data"; place: Where };

/** A sensitive value in clear. The window forgets it at `ends`, when it loses the focus, and when the wallet locks. */
export interface Revealed {
  text: string;
  /** Milliseconds since 1970. */
  ends: number;
}

/** Every command rejects with a `CommandError` and with nothing else. */
export interface Platform {
  start(): Promise<StartView>;
  /** Hears of changes until the returned function is called. */
  watch(hear: (change: Change) => void): () => void;

  welcome: {
    suggestPassphrase(): Promise<string>;
    weighPassphrase(passphrase: string): Promise<Strength>;
    create(passphrase: string): Promise<void>;
    restoreFromWords(words: string, passphrase: string): Promise<void>;
    /** Opened by its own passphrase or the 24 words; asks for the file in a dialog of the system; false when the person closed it. */
    restoreFromBackup(secret: string): Promise<boolean>;
  };

  lock: {
    unlock(passphrase: string): Promise<void>;
    /** By the system's keyring, if `StartView.systemUnlock` said so. */
    unlockBySystem(): Promise<void>;
    /** Opens by the spare key's words, and sets another passphrase in place of the forgotten one. */
    newPassphrase(words: string, passphrase: string): Promise<void>;
    /** The same as `restoreFromBackup`; the wallet that is there is kept beside it. */
    restoreBackup(secret: string): Promise<boolean>;
    lock(): Promise<void>;
  };

  requests: {
    list(): Promise<Requests>;
    /** Reads a link and fetches what it leads to. Only ever called after a click. */
    open(link: string): Promise<number>;
    /** The same with the link that the clipboard holds, as text or in a picture; nothing when it holds none. */
    openClipboard(): Promise<number | null>;
    /** The same with the code that the screen shows; rejects with `no-code` when there is none. */
    openScreen(): Promise<number>;
    /** The same with a picture's file, asked for in a dialog of the system; nothing when the person closed it, `no-code` when it shows none. */
    openImage(): Promise<number | null>;
    /** Sends once more what did not get out: the same bytes, so that nothing can happen twice. */
    retry(request: number): Promise<SentView>;
    /** Keeps a link for when the wallet is open. Fetches nothing, and lowers no lock. */
    keep(link: string): Promise<void>;
    /** The same with the clipboard's link; false when it holds none. */
    keepClipboard(): Promise<boolean>;
    /** Fetches what the kept link, or the link that started the program, leads to; nothing when there is none. */
    openKept(): Promise<number | null>;
  };

  consent: {
    view(request: number): Promise<Found>;
    /** The passphrase once more, for sensitive values of this request. */
    confirm(request: number, passphrase: string): Promise<void>;
    send(answer: Answer): Promise<SentView>;
    refuse(request: number, refusal: Refusal): Promise<DeclinedView>;
    openPolicy(request: number): Promise<void>;
    backToShop(request: number): Promise<void>;
  };

  data: {
    view(): Promise<DataView>;
    save(draft: CardDraft): Promise<void>;
    history(where: Where): Promise<{ text: string; until: number }[]>;
    /** Takes it away, and can bring it back with `bringBack` until the wallet locks. */
    remove(where: Where): Promise<void>;
    bringBack(where: Where): Promise<void>;
    /** Puts the value into the clipboard, and takes it out again. The value itself does not come here. */
    copy(where: Where): Promise<Copied>;
    /** Whether the value is hidden until it is asked for, and goes only after the passphrase. */
    setSensitive(where: Where, sensitive: boolean): Promise<void>;
    /** The card that goes unless another one is chosen. */
    makeDefault(label: string): Promise<void>;
    /** Reads a vCard or CSV file, asked for in a dialog of the system; nothing when the person closed it. Saves nothing. */
    chooseImport(): Promise<ImportView | null>;
    /** Writes all of it in clear into a file, asked for in a dialog of the system; false when the person closed it. */
    exportAll(passphrase: string): Promise<boolean>;
  };

  shops: {
    list(): Promise<ShopLine[]>;
    view(host: string): Promise<ShopView>;
    block(host: string, blocked: boolean): Promise<void>;
    /** Asks the relays whether this shop opened what it was sent. Only after a click: it tells a relay that somebody looks. */
    refresh(host: string): Promise<ShopView>;
  };

  activity: { view(filter: ActivityFilter): Promise<ActivityView> };

  settings: {
    view(): Promise<SettingsView>;
    change(part: Partial<Settings>): Promise<SettingsView>;
    changePassphrase(now: string, next: string): Promise<void>;
    /** Asks for a place in a dialog of the system; false when the person closed it. */
    makeBackup(passphrase: string): Promise<boolean>;
    /** From now on a backup after each change, into a folder asked for in a dialog of the system; false when the person closed it. */
    startBackups(): Promise<boolean>;
    /** Leaves the file that is there. */
    stopBackups(): Promise<void>;
    /** Whether the system's keyring opens this wallet. */
    keyring(on: boolean, passphrase: string): Promise<SettingsView>;
    /** Forgets everything on this computer. What was sent, sealed copies at relays and backups stay. */
    reset(passphrase: string): Promise<void>;
  };

  spareKey: {
    view(): Promise<SpareKeyView>;
    /** The 24 words, for the sheet. The window forgets them when the room is left. */
    words(passphrase: string): Promise<string[]>;
    makeQuiz(): Promise<Quiz>;
    /** Rejects with `words-wrong` when one of the two is another one. */
    check(quiz: Quiz, words: [string, string]): Promise<void>;
  };

  reveal(which: HiddenValue): Promise<Revealed>;
  /** No sensitive value shows any more: screenshots may be taken again. */
  revealEnded(): Promise<void>;
}
