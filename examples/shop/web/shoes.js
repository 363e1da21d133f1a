/** What the shop sells. Prices in cents of a euro. */

export const SHOES = [
  { id: "karst", name: "Karst", kind: "walking shoe", price: 12900, about: "Stitched in Tržič from one piece of leather. Resoled as often as you like.", hue: "moss" },
  { id: "soca", name: "Soča", kind: "city shoe", price: 10900, about: "Felted wool, light sole. For rain that cannot decide.", hue: "river" },
  { id: "nanos", name: "Nanos", kind: "boot", price: 16900, about: "Ankle high, lined, for wind and early buses.", hue: "bark" },
];

export const SIZES = [36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46];

/** @param {unknown} id */
export function findShoe(id) {
  return SHOES.find((shoe) => shoe.id === id);
}

/** @typedef {{ shoe: string, size: number }} BasketItem */

/**
 * Only what the shop sells, or nothing.
 * @param {unknown} shoe @param {unknown} size @returns {BasketItem | undefined}
 */
export function findItem(shoe, size) {
  const number = Number(size);
  return findShoe(shoe) && SIZES.includes(number) ? { shoe: String(shoe), size: number } : undefined;
}

/** @param {BasketItem[]} basket */
export function total(basket) {
  return basket.reduce((sum, { shoe }) => sum + (findShoe(shoe)?.price ?? 0), 0);
}

/** @param {number} cents */
export function euros(cents) {
  return new Intl.NumberFormat("en-IE", { style: "currency", currency: "EUR" }).format(cents / 100);
}

/** @param {BasketItem[]} basket */
export function describe(basket) {
  return basket.map(({ shoe, size }) => `${findShoe(shoe)?.name ?? shoe} ${size}`).join(", ");
}
