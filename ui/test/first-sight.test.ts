// What is drawn when: the first picture without a question, a room only with what it shows, a long list as it comes into sight.
import { render, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { tick } from "svelte";
import { afterEach, expect, test, vi } from "vitest";
import { PASSPHRASE } from "../src/platform/fake/anna";
import { CONSENT_CASES } from "../src/platform/fake/consent-cases";
import { makeFakePlatform } from "../src/platform/fake/fake-platform";
import type { StartView } from "../src/platform/start";
import Window from "../src/Window.svelte";
import { later } from "./parts/later";
import { openRoom } from "./parts/open-window";

afterEach(() => vi.restoreAllMocks());

const LOCKED: StartView = {
  wallet: "locked", trouble: null, waiting: 1, sentByShop: false, systemUnlock: false, keyboard: null, settings: { language: "ru", theme: "dark" },
};

test("what came with the page is drawn before anything is answered, and what is true by then afterwards", async () => {
  const { platform } = makeFakePlatform({ start: { wallet: "locked", waiting: 0, settings: { language: "en", theme: "light" } } });
  const answer = later<StartView>();
  const asked = vi.spyOn(platform, "start").mockReturnValue(answer.promise);
  render(Window, { platform, first: LOCKED });
  expect(screen.getByRole("heading", { level: 1 }).textContent).toMatch(/\p{Script=Cyrillic}/u);
  expect(document.documentElement.dataset["theme"]).toBe("dark");
  expect(asked).toHaveBeenCalledOnce();
  answer.resolve({ ...LOCKED, settings: { language: "en", theme: "light" } });
  expect(await screen.findByText("A request is waiting. Unlock to see who is asking.")).toBeTruthy();
});

test("an unlocked wallet is drawn with its details, and not at all when it was locked while they came", async () => {
  const user = userEvent.setup();
  const { heard, platform } = await openRoom(null, { start: { wallet: "locked", waiting: 0 } });
  const details = platform.data.view();
  const coming = later<Awaited<typeof details>>();
  vi.spyOn(platform.data, "view").mockReturnValue(coming.promise);
  await user.type(screen.getByLabelText("Passphrase"), PASSPHRASE);
  await user.keyboard("{Enter}");
  await vi.waitFor(() => expect(platform.data.view).toHaveBeenCalled());
  expect(screen.queryByRole("navigation")).toBeNull();
  heard.tell({ is: "locked" });
  coming.resolve(await details);
  await coming.promise;
  await tick();
  expect(screen.queryByRole("navigation")).toBeNull();
  expect(screen.getByLabelText("Passphrase")).toBeTruthy();
});

test("what is around the details is asked for with them and drawn with them", async () => {
  const user = userEvent.setup();
  const { platform } = await openRoom(null, { start: { wallet: "locked", waiting: 0 } });
  const coming = later<Awaited<ReturnType<typeof platform.spareKey.view>>>();
  const asked = vi.spyOn(platform.spareKey, "view").mockReturnValue(coming.promise);
  await user.type(screen.getByLabelText("Passphrase"), PASSPHRASE);
  await user.keyboard("{Enter}");
  await vi.waitFor(() => expect(asked).toHaveBeenCalledOnce());
  expect(screen.queryByRole("navigation")).toBeNull();
  coming.resolve({ state: "none" });
  const rail = await screen.findByRole("navigation");
  expect(within(rail).getByRole("img")).toBeTruthy();
  expect(asked).toHaveBeenCalledOnce();
});

test("a request that is being checked leaves the room where it is until there is something to show", async () => {
  const { heard, platform } = await openRoom("data", { consent: CONSENT_CASES.news });
  const checked = platform.consent.view(1);
  const coming = later<Awaited<typeof checked>>();
  vi.spyOn(platform.consent, "view").mockReturnValue(coming.promise);
  heard.tell({ is: "request-opened", request: 1 });
  await tick();
  expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("My data");
  coming.resolve(await checked);
  expect(await screen.findByRole("heading", { name: "shoes.example" })).toBeTruthy();
});

test("a long list is drawn as far as it is seen", async () => {
  const seen: (() => void)[] = [];
  vi.stubGlobal("IntersectionObserver", class {
    constructor(told: (entries: { isIntersecting: boolean }[]) => void) {
      seen.push(() => told([{ isIntersecting: true }]));
    }
    observe(): void {}
    disconnect(): void {}
  });
  const { platform } = makeFakePlatform({});
  const { cards: [card] } = await platform.data.view();
  const detail = card?.details[0];
  if (!card || !detail) throw new Error("Anna has saved nothing");
  const details = Array.from({ length: 60 }, (_, n) => ({ ...detail, claim: `detail_${n}` }));
  vi.spyOn(platform.data, "view").mockResolvedValue({ cards: [{ ...card, details }] });
  render(Window, { platform, room: "data" });
  await screen.findByText("detail_0");
  expect(screen.queryByText("detail_59")).toBeNull();
  for (let looks = 0; looks < 3; looks += 1) {
    seen.at(-1)?.();
    await tick();
  }
  expect(screen.getByText("detail_59")).toBeTruthy();
  vi.unstubAllGlobals();
});
