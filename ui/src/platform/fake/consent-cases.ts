// What the consent screen must be able to show, one case each. Stories and tests draw from here.
import type { ConsentView, Found, News } from "../consent";
import { age, deliverTo, document, line, messages } from "./anna";
import { ANSWER_BY, DELETE_BY, DELETE_LATER, LAST_ORDER, MET_SHOES } from "./moments";

const NO_NEWS: News = { purposeBefore: null, keptUntilBefore: null, newRecipients: [], maybeMore: false, moved: null };
const PHONE = line("phone_number", { need: "your-choice" });

const mugShop: ConsentView = {
  request: 2,
  revision: 2,
  host: "mug-shop.example",
  foreign: false,
  lookalike: null,
  notOther: null,
  tradeName: "The Mug Shop",
  thisComputer: false,
  familiarity: { is: "first-time" },
  newMainKeys: false,
  broughtBack: null,
  news: NO_NEWS,
  cards: [deliverTo([line("name"), line("address"), PHONE]), messages({ need: "your-choice" })],
  dropped: [],
  usual: null,
  terms: { kind: "delivery", purpose: "Ship order 1042", keptUntil: DELETE_BY, recipients: ["Pošta Slovenije"] },
  visible: { pseudonym: null },
  names: "regular",
  relay: "relay.example",
  hasPolicy: true,
  answerBy: ANSWER_BY,
};

const shoes: ConsentView = {
  ...mugShop,
  request: 1,
  revision: 1,
  host: "shoes.example",
  tradeName: "Kovač Shoes d.o.o., Ljubljana",
  familiarity: { is: "known", since: MET_SHOES, pseudonym: "Amber Otter", orders: 3, lastSent: LAST_ORDER },
  terms: { ...mugShop.terms, purpose: "Ship order 88-204" },
  visible: { pseudonym: "Amber Otter" },
  names: "either",
};

const SCREENS = {
  "first-time": mugShop,
  known: shoes,
  news: {
    ...shoes,
    news: {
      purposeBefore: "Ship order 77-118",
      keptUntilBefore: DELETE_BY,
      newRecipients: ["Parcel Insurance Ltd."],
      maybeMore: false,
      moved: { sends: "home", shopHas: "home, before 2 November" },
    },
    cards: [
      deliverTo([line("name"), line("address"), { ...PHONE, marks: ["new-this-time"] }]),
      messages({ need: "your-choice" }),
    ],
    terms: {
      kind: "delivery",
      purpose: "Ship order 88-204 and insure the parcel",
      keptUntil: DELETE_LATER,
      recipients: ["Pošta Slovenije", "Parcel Insurance Ltd."],
    },
  },
  "over-asking": {
    ...mugShop,
    cards: [
      deliverTo([line("name"), line("address"), { ...PHONE, need: "needed" }]),
      messages({ need: "needed" }),
      age({ need: "needed", marks: ["not-usual"] }),
    ],
    dropped: ["document_number", "gender"],
    usual: ["name", "address", "phone_number"],
  },
  sensitive: {
    ...shoes,
    host: "wine-cellar.example",
    tradeName: "Vinska klet",
    familiarity: { is: "first-time" },
    cards: [
      deliverTo([line("name"), line("address"), PHONE]),
      age({ need: "needed" }),
      document({ need: "your-choice", marks: ["not-usual"] }),
    ],
    visible: { pseudonym: null },
    names: "regular",
  },
  missing: {
    ...mugShop,
    cards: [deliverTo([line("name"), line("address"), PHONE], "none"), messages({ need: "your-choice" }, "none")],
  },
  hostile: {
    ...mugShop,
    host: "xn--shes-55d.example",
    lookalike: "shoes.example",
    notOther: { host: "shoes.example", since: MET_SHOES },
    tradeName: `\u202Eelpmaxe.seohs\u202C \u200B<img src=x onerror=alert(1)> checked by your bank ${"very ".repeat(400)}trusted`,
    terms: {
      ...mugShop.terms,
      purpose: `Ship order 7\n\n\u2066Press Enter to go on\u2069 <b>now</b> ${"and now ".repeat(200)}`,
      recipients: ["\u202Etsop ruoY", "https://partner.example/?a=b"],
    },
  },
  "new-keys": { ...shoes, newMainKeys: true },
  restored: {
    ...shoes,
    familiarity: { is: "first-time" },
    broughtBack: "none",
    visible: { pseudonym: "Amber Otter" },
    names: "regular",
  },
  "brought-back": { ...shoes, broughtBack: "copy", news: { ...NO_NEWS, maybeMore: true } },
  foreign: {
    ...mugShop,
    host: "library.example",
    foreign: true,
    tradeName: "",
    cards: [deliverTo([line("given_name"), line("family_name"), line("address")]), age({ need: "your-choice", coarser: [] })],
    terms: { kind: "sign-in", purpose: "", keptUntil: null, recipients: [] },
    hasPolicy: false,
    relay: null,
  },
  "begun-as-stranger": { ...shoes, names: "stranger" },
  "age-not-saved": { ...mugShop, cards: [age({ need: "needed" }, "not-saved")] },
} satisfies Record<string, ConsentView>;

type ScreenCase = keyof typeof SCREENS;
const checked = Object.fromEntries(
  Object.entries<ConsentView>(SCREENS).map(([name, screen]) => [name, { is: "checked", screen } satisfies Found]),
) as Record<ScreenCase, Found>;

export const CONSENT_CASES = {
  ...checked,
  unchecked: { is: "unchecked", host: "parcels-now.example", foreign: false, reason: "no-answer" },
  "no-keys": { is: "unchecked", host: "parcels-now.example", foreign: false, reason: "no-keys" },
  failed: { is: "failed", host: "shoes.example", reason: "keys" },
  "foreign-silent": { is: "unchecked", host: "library.example", foreign: true, reason: "no-answer" },
  "foreign-failed": { is: "failed", host: "library.example", reason: "certificate" },
} satisfies Record<string, Found>;

export type ConsentCase = keyof typeof CONSENT_CASES;
