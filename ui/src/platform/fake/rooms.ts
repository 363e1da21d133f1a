// What the other rooms of the believable world show.
import type { ActivityLine } from "../activity";
import type { DataView, DetailView } from "../data";
import type { RequestLine } from "../request";
import type { SettingsView } from "../settings";
import type { ShopView } from "../shops";
import { HOME, MUM, WORK } from "./anna";
import { ANSWER_BY, DAY, DELETE_BY, LAST_ORDER, MET_SHOES, MINUTE, NOW } from "./moments";

function detail(claim: string, text: string, part: Partial<DetailView> = {}): DetailView {
  const value = { is: "shown", text } as const;
  return { claim, value, sensitive: false, changed: MET_SHOES, hasHistory: false, knownTo: [], outdatedAt: [], ...part };
}

const details = (values: Record<string, string>, knownTo: string[]): DetailView[] =>
  Object.entries(values).map(([claim, text]) => detail(claim, text, { knownTo }));

export const DATA: DataView = {
  cards: [
    {
      label: "home",
      isDefault: true,
      details: [
        ...details(HOME, ["shoes.example"]).map((each) =>
          each.claim === "address.street_address" ? { ...each, hasHistory: true, outdatedAt: ["shoes.example"] } : each,
        ),
        detail("birthdate", "", { value: { is: "hidden" }, sensitive: true }),
      ],
    },
    { label: "work", isDefault: false, details: details(WORK, []) },
    { label: "Mum", isDefault: false, details: details(MUM, []) },
  ],
};

export const REQUESTS: RequestLine[] = [
  { number: 1, host: "shoes.example", foreign: false, check: "checked", arrived: NOW - 2 * MINUTE, answerBy: ANSWER_BY, state: "waiting" },
  { number: 2, host: "mug-shop.example", foreign: false, check: "checked", arrived: NOW - MINUTE, answerBy: ANSWER_BY, state: "waiting" },
  { number: 3, host: "parcels-now.example", foreign: false, check: "unchecked", arrived: NOW, answerBy: null, state: "waiting" },
  { number: 4, host: "books.example", foreign: false, check: "checked", arrived: NOW - 3 * MINUTE, answerBy: ANSWER_BY, state: "unclear" },
];

export const SHOPS: ShopView[] = [
  {
    host: "shoes.example",
    tradeName: "Kovač Shoes d.o.o., Ljubljana",
    since: MET_SHOES,
    pseudonym: "Amber Otter",
    orders: 3,
    blocked: false,
    relay: "relay.example",
    outdated: ["address"],
    grants: [
      {
        id: "g-3",
        given: LAST_ORDER,
        state: "sent",
        claims: ["name", "address.street_address", "address.postal_code", "address.locality", "phone_number"],
        purpose: "Ship order 77-118",
        keptUntil: DELETE_BY,
        recipients: ["Pošta Slovenije"],
        openings: [{ at: LAST_ORDER + 19 * 60 * MINUTE, reason: "packing order 77-118" }],
      },
    ],
  },
  {
    host: "mug-shop.example",
    tradeName: "The Mug Shop",
    since: NOW - 4 * DAY,
    pseudonym: null,
    orders: 0,
    blocked: false,
    relay: "relay.example",
    outdated: [],
    grants: [],
  },
];

const ADDRESS = ["name", "address.street_address"];
export const ACTIVITY: ActivityLine[] = [
  { id: "6", at: NOW - MINUTE, host: "mug-shop.example", event: "asked", claims: ADDRESS, reason: null },
  { id: "5", at: NOW - DAY, host: "xn--shes-55d.example", event: "stopped", claims: ADDRESS, reason: null },
  { id: "4", at: NOW - 3 * DAY, host: "newsletter.example", event: "declined", claims: ["email", "birthdate"], reason: null },
  { id: "3", at: LAST_ORDER + 19 * 60 * MINUTE, host: "shoes.example", event: "opened", claims: ADDRESS, reason: "packing order 77-118" },
  { id: "2", at: LAST_ORDER, host: "shoes.example", event: "sent", claims: ADDRESS, reason: null },
  { id: "1", at: LAST_ORDER - MINUTE, host: "shoes.example", event: "asked", claims: ADDRESS, reason: null },
];

export const SETTINGS: SettingsView = {
  language: "en",
  theme: "system",
  lockMinutes: 15,
  lockWithSession: true,
  clipboardSeconds: 30,
  browser: null,
  autostart: false,
  tray: true,
  protectScreen: true,
  browsers: ["Firefox", "Chromium"],
  screenProtection: "not-here",
  keyring: "opens",
  relays: ["relay.example"],
  backups: null,
  version: "0.1.0",
  vault: "/home/anna/.local/share/passerby/vault.db",
};

export const WORDS = (
  "abandon ability able about above absent absorb abstract absurd abuse access accident " +
  "account accuse achieve acid acoustic acquire across act action actor actress actual"
).split(" ");
