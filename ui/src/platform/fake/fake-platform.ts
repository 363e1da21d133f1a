// The platform without Tauri: a small believable world for stories and tests. It must never be in what is shipped.
import type { ActivityView } from "../activity";
import type { Answer, Refusal, SentView } from "../answer";
import type { Change } from "../change";
import { CommandError } from "../command-error";
import type { ConsentView } from "../consent";
import type { CardDraft, Where } from "../data";
import type { HiddenValue, Platform, Revealed } from "../platform";
import type { Settings } from "../settings";
import type { Quiz } from "../spare-key";
import type { StartView } from "../start";
import { BIRTHDATE, PASSPHRASE } from "./anna";
import { CONSENT_CASES } from "./consent-cases";
import { DELETE_BY, MET_SHOES, NOW } from "./moments";
import { ACTIVITY, DATA, REQUESTS, SETTINGS, SHOPS, WORDS } from "./rooms";

/** What a story or a test changes about the world. */
export interface FakeWorld {
  start?: Partial<StartView>;
  /** What each request shows. */
  consent?: ConsentView;
  empty?: boolean;
  relay?: "up" | "down" | "breaks";
}

export interface Heard {
  answers: Answer[];
  refusals: { request: number; refusal: Refusal }[];
  saved: CardDraft[];
  /** Lets the wallet tell the window something. */
  tell(change: Change): void;
}

const wrong = (): CommandError => new CommandError("wrong-passphrase", "That is not the passphrase.", "nothing");

export function makeFakePlatform(world: FakeWorld = {}): { platform: Platform; heard: Heard } {
  const hearers = new Set<(change: Change) => void>();
  const heard: Heard = { answers: [], refusals: [], saved: [], tell: (change) => hearers.forEach((hear) => hear(change)) };
  const empty = world.empty ?? false;
  let settings = { ...SETTINGS, ...world.start?.settings };
  let data = structuredClone(empty ? { cards: [] } : DATA);
  let requests = empty ? [] : [...REQUESTS];
  const removed: { where: Where; cards: typeof data.cards }[] = [];
  const consentOf = (request: number): ConsentView =>
    world.consent ?? [CONSENT_CASES.known, CONSENT_CASES["first-time"], CONSENT_CASES.unchecked][request - 1] ?? CONSENT_CASES.known;
  const settle = (request: number): void => {
    requests = requests.filter((line) => line.number !== request);
    heard.tell({ is: "waiting", count: requests.length });
  };
  let kept: number | null = world.start?.sentByShop ? 1 : null;
  const checkLink = (link: string): void => {
    if (!/^(passerby|openid4vp):/u.test(link.trim())) throw new CommandError("not-a-link", "Not a link.", "nothing");
  };
  const checkPassphrase = (passphrase: string): void => {
    if (passphrase !== PASSPHRASE) throw wrong();
  };

  const platform: Platform = {
    start: async () => ({
      wallet: "open",
      waiting: requests.length,
      sentByShop: false,
      systemUnlock: true,
      keyboard: "English",
      settings: { language: settings.language, theme: settings.theme },
      ...world.start,
    }),
    watch: (hear) => {
      hearers.add(hear);
      return () => hearers.delete(hear);
    },
    welcome: {
      suggestPassphrase: async () => PASSPHRASE,
      weighPassphrase: async (passphrase) => {
        const words = passphrase.trim().split(/\s+/u).length;
        const score = Math.min(4, Math.floor(passphrase.length / 8) + (words > 3 ? 1 : 0)) as 0 | 1 | 2 | 3 | 4;
        return { score, accepted: score >= 3 };
      },
      create: async () => undefined,
      restoreFromWords: async (words) => {
        if (words.trim().split(/\s+/u).length !== 24) throw new CommandError("wrong-words", "Not 24 words.", "nothing");
      },
      restoreFromBackup: async () => true,
    },
    lock: {
      unlock: async (passphrase) => checkPassphrase(passphrase),
      unlockBySystem: async () => undefined,
      lock: async () => heard.tell({ is: "locked" }),
    },
    requests: {
      list: async () => requests,
      open: async (link) => {
        checkLink(link);
        return 2;
      },
      openClipboard: async () => (empty ? null : 2),
      keep: async (link) => {
        checkLink(link);
        kept = 2;
      },
      keepClipboard: async () => {
        if (!empty) kept = 2;
        return !empty;
      },
      openKept: async () => kept,
    },
    consent: {
      view: async (request) => consentOf(request),
      confirm: async (_request, passphrase) => checkPassphrase(passphrase),
      send: async (answer) => {
        heard.answers.push(answer);
        const view = consentOf(answer.request);
        const facts = { relay: view.relay };
        if (world.relay === "down") throw new CommandError("relay-unreachable", "The relay did not answer.", "nothing", facts);
        if (world.relay === "breaks") throw new CommandError("connection-broke", "The connection broke.", "maybe", facts);
        settle(answer.request);
        return sentView(view, answer);
      },
      refuse: async (request, refusal) => {
        heard.refusals.push({ request, refusal });
        if (refusal !== "later") settle(request);
      },
      openPolicy: async () => undefined,
      backToShop: async () => undefined,
    },
    data: {
      view: async () => data,
      save: async (draft) => {
        heard.saved.push(draft);
        const details = Object.entries(draft.values).map(([claim, text]) => ({
          claim, value: { is: "shown", text } as const, changed: NOW, hasHistory: false, knownTo: [], outdatedAt: [],
        }));
        const others = data.cards.filter((card) => card.label !== draft.label);
        data = { cards: [...others, { label: draft.label, isDefault: others.length === 0, details }] };
      },
      history: async () => [{ text: "Celovška cesta 8", until: MET_SHOES }],
      remove: async (where) => {
        removed.push({ where, cards: data.cards });
        const keep = (label: string, claim: string): boolean => label !== where.label || claim !== where.claim;
        data = {
          cards: data.cards.map((card) => ({ ...card, details: card.details.filter((each) => keep(card.label, each.claim)) })),
        };
      },
      bringBack: async () => {
        const last = removed.pop();
        if (last) data = { cards: last.cards };
      },
    },
    shops: {
      list: async () => (empty ? [] : SHOPS),
      view: async (host) => {
        const shop = SHOPS.find((each) => each.host === host);
        if (!shop) throw new CommandError("no-such-shop", "This shop is not known.", "nothing");
        return shop;
      },
      block: async () => undefined,
    },
    activity: {
      view: async (filter): Promise<ActivityView> => ({
        lines: empty ? [] : ACTIVITY.filter((line) => filter.events.length === 0 || filter.events.includes(line.event)),
        more: false,
      }),
    },
    settings: {
      view: async () => settings,
      change: async (part: Partial<Settings>) => (settings = { ...settings, ...part }),
      changePassphrase: async (now) => checkPassphrase(now),
      makeBackup: async () => true,
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
        if (!right) throw new CommandError("wrong-word", "Another word.", "nothing");
      },
      remindTomorrow: async () => undefined,
    },
    reveal: async (_which: HiddenValue): Promise<Revealed> => ({ text: BIRTHDATE, ends: Date.now() + 30_000 }),
  };
  return { platform, heard };
}

function sentView(view: ConsentView, answer: Answer): SentView {
  const lines = view.cards.flatMap((card) => card.lines);
  const going = lines.filter((line) => line.need === "needed" || answer.ticked.includes(line.id));
  return {
    request: view.request,
    host: view.host,
    relay: view.relay,
    at: NOW,
    claims: going.flatMap((line) => line.claims),
    deletesItself: DELETE_BY,
    back: { is: "browser", browser: null },
    offerSpareKey: true,
  };
}
