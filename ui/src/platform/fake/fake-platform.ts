// The platform without Tauri: a small believable world for stories and tests. It must never be in what is shipped.
import type { Answer, SentView } from "../answer";
import type { Change } from "../change";
import { CommandError, type Facts } from "../command-error";
import type { ConsentView, Found } from "../consent";
import type { HiddenValue, Platform, Revealed } from "../platform";
import { BIRTHDATE, checkPassphrase, PASSPHRASE } from "./anna";
import { CONSENT_CASES } from "./consent-cases";
import { fakeData } from "./fake-data";
import { fakeSettings } from "./fake-settings";
import { arrange, type FakeWorld, type Heard } from "./fake-world";
import { DELETE_BY, NOW } from "./moments";
import { ACTIVITY, REQUESTS, SETTINGS, SHOPS } from "./rooms";

function checkLink(link: string): void {
  if (!/^(passerby|openid4vp):/u.test(link.trim())) throw new CommandError("not-a-link", "Not a link.", "nothing");
}

function checkWords(words: string): void {
  if (words.trim().split(/\s+/u).length !== 24) throw new CommandError("words-count", "Not 24 words.", "nothing");
}

export function makeFakePlatform(world: FakeWorld = {}): { platform: Platform; heard: Heard } {
  const hearers = new Set<(change: Change) => void>();
  const heard: Heard = {
    commands: [], answers: [], refusals: [], saved: [], marked: [],
    tell: (change) => hearers.forEach((hear) => hear(change)),
  };
  const empty = world.empty ?? false;
  let requests = empty ? [] : [...REQUESTS];
  const foundOf = (request: number): Found =>
    world.consent ?? [CONSENT_CASES.known, CONSENT_CASES["first-time"], CONSENT_CASES.unchecked][request - 1] ?? CONSENT_CASES.known;
  const screenOf = (request: number): ConsentView => {
    const found = foundOf(request);
    if (found.is !== "checked") throw new CommandError("statement-unreachable", "Not checked.", "nothing");
    return found.screen;
  };
  const settle = (request: number): void => {
    requests = requests.filter((line) => line.number !== request);
    heard.tell({ is: "waiting", count: requests.length });
  };
  let kept: number | null = world.start?.sentByShop ? 1 : null;
  const settings = { ...SETTINGS, ...world.start?.settings };

  const platform: Platform = {
    start: async () => ({
      wallet: "open",
      trouble: null,
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
      restoreFromWords: async (words) => checkWords(words),
      restoreFromBackup: async () => true,
    },
    lock: {
      unlock: async (passphrase) => checkPassphrase(passphrase),
      unlockBySystem: async () => undefined,
      newPassphrase: async (words) => checkWords(words),
      restoreBackup: async () => true,
      lock: async () => heard.tell({ is: "locked" }),
    },
    requests: {
      list: async () => ({ lines: requests, kept: kept === null ? 0 : 1 }),
      open: async (link) => {
        checkLink(link);
        return 2;
      },
      openClipboard: async () => (empty ? null : 2),
      openScreen: async () => {
        if (empty) throw new CommandError("no-code", "No code.", "nothing");
        return 2;
      },
      openImage: async () => (empty ? null : 2),
      retry: async (request) => {
        settle(request);
        return sentView(screenOf(1), { ticked: [] });
      },
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
      view: async (request) => foundOf(request),
      confirm: async (_request, passphrase) => checkPassphrase(passphrase),
      send: async (answer) => {
        heard.answers.push(answer);
        const view = screenOf(answer.request);
        const facts: Facts = view.relay === null ? { host: view.host } : { relay: view.relay };
        if (view.foreign && world.relay === "down") throw new CommandError("host-down", "The host did not answer.", "nothing", facts);
        if (view.foreign && world.relay === "breaks") throw new CommandError("host-broke-off", "The connection broke.", "maybe", facts);
        if (world.relay === "down") throw new CommandError("relay-down", "The relay did not answer.", "nothing", facts);
        if (world.relay === "breaks") throw new CommandError("relay-broke-off", "The connection broke.", "maybe", facts);
        settle(answer.request);
        return sentView(view, answer, world.leadsBack);
      },
      refuse: async (request, refusal) => {
        heard.refusals.push({ request, refusal });
        if (refusal !== "later") settle(request);
        return { leadsBack: refusal !== "later" && (world.leadsBack ?? true), browser: "Firefox" };
      },
      openPolicy: async () => undefined,
      backToShop: async () => undefined,
    },
    data: fakeData(heard, empty),
    shops: {
      list: async () => (empty ? [] : SHOPS),
      view: async (host) => {
        const shop = SHOPS.find((each) => each.host === host);
        if (!shop) throw new CommandError("not-met", "This shop is not known.", "nothing");
        return shop;
      },
      block: async () => undefined,
      refresh: async (host) => SHOPS.find((each) => each.host === host) ?? Promise.reject(new CommandError("not-met", "Not met.", "nothing")),
    },
    activity: {
      view: async (filter) => ({
        lines: empty ? [] : ACTIVITY.filter((line) => filter.events.length === 0 || filter.events.includes(line.event)),
        more: false,
      }),
    },
    ...fakeSettings(settings),
    reveal: async (_which: HiddenValue): Promise<Revealed> => ({ text: BIRTHDATE, ends: Date.now() + 30_000 }),
    revealEnded: async () => undefined,
  };
  return { platform: arrange(platform, world, heard), heard };
}

function sentView(view: ConsentView, answer: Pick<Answer, "ticked">, leadsBack = true): SentView {
  const lines = view.cards.flatMap((card) => card.lines);
  const going = lines.filter((line) => line.need === "needed" || answer.ticked.includes(line.id));
  return {
    request: view.request,
    host: view.host,
    foreign: view.foreign,
    at: NOW,
    claims: going.flatMap((line) => line.claims),
    deletesItself: view.foreign ? null : DELETE_BY,
    leadsBack,
    browser: "Firefox",
    offerSpareKey: true,
  };
}
