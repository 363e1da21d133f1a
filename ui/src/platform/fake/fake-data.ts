// "My data" of the believable world: what is saved, changed and removed stays so until the window is closed.
import type { DataView, DetailView, ImportView, Where } from "../data";
import type { Platform } from "../platform";
import { checkPassphrase } from "./anna";
import type { Heard } from "./fake-world";
import { MET_SHOES, NOW } from "./moments";
import { DATA } from "./rooms";

const IMPORTED: ImportView = {
  file: "contacts.vcf",
  cards: [
    { label: "Bernd Keller", values: { name: "Bernd Keller", "address.street_address": "Lindenweg 4", "address.postal_code": "10247", "address.locality": "Berlin", phone_number: "+49 30 5550 417" } },
    { label: "Grandma", values: { name: "Ana Novak", email: "ana@posta.example" } },
  ],
  skipped: [{ line: 14, why: "too-long" }, { line: 31, why: "unreadable" }],
};

const fresh = (claim: string, text: string): DetailView => ({
  claim, value: { is: "shown", text }, sensitive: false, changed: NOW, hasHistory: false, knownTo: [], outdatedAt: [],
});

export function fakeData(heard: Heard, empty: boolean): Platform["data"] {
  let data: DataView = structuredClone(empty ? { cards: [] } : DATA);
  const removed: DataView[] = [];
  const change = (where: Where, next: (detail: DetailView) => DetailView[]): void => {
    data = {
      cards: data.cards.map((card) => ({
        ...card,
        details: card.details.flatMap((each) => (card.label === where.label && each.claim === where.claim ? next(each) : [each])),
      })),
    };
  };

  return {
    view: async () => data,
    save: async (draft) => {
      heard.saved.push(draft);
      const details = Object.entries(draft.values).map(([claim, text]) => fresh(claim, text));
      const others = data.cards.filter((card) => card.label !== draft.label);
      data = { cards: [...others, { label: draft.label, isDefault: others.length === 0, details }] };
    },
    history: async () => [{ text: "Celovška cesta 8", until: MET_SHOES }],
    remove: async (where) => {
      removed.push(data);
      change(where, () => []);
    },
    bringBack: async () => {
      data = removed.pop() ?? data;
    },
    copy: async () => ({ ends: Date.now() + 30_000 }),
    setSensitive: async (where, sensitive) => {
      heard.marked.push({ where, sensitive });
      change(where, (detail) => [{ ...detail, sensitive, value: sensitive ? { is: "hidden" } : { is: "shown", text: "…" } }]);
    },
    makeDefault: async (label) => {
      data = { cards: data.cards.map((card) => ({ ...card, isDefault: card.label === label })) };
    },
    chooseImport: async () => IMPORTED,
    exportAll: async (passphrase) => {
      checkPassphrase(passphrase);
      return true;
    },
  };
}
