// axe-core finds nothing in any room. Contrast is not among what it can tell here: nothing is painted (scripts/look.js).
import { fireEvent, screen, waitFor } from "@testing-library/svelte";
import axe from "axe-core";
import { afterEach, describe, expect, test, vi } from "vitest";
import { CONSENT_CASES, type ConsentCase } from "../src/platform/fake/consent-cases";
import { PASSPHRASE } from "../src/platform/fake/anna";
import { ROOMS } from "../src/rooms/room";
import { openConsent, openRoom } from "./parts/open-window";

afterEach(() => vi.restoreAllMocks());

// jsdom draws nothing, and says so each time axe asks whether it could.
HTMLCanvasElement.prototype.getContext = () => null;

async function findings(): Promise<string[]> {
  // The page itself names its language and title in index.html, which jsdom did not read.
  document.title = "Passerby";
  const { violations } = await axe.run(document, { rules: { "color-contrast": { enabled: false } } });
  document.title = "";
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)}`));
}

function openAll(): void {
  for (const details of document.querySelectorAll("details")) details.open = true;
}

test("it can find something", async () => {
  document.body.innerHTML = "<main><h1>A</h1><input /></main>";
  expect((await findings()).join()).toContain("label");
  document.body.innerHTML = "";
});

describe("consent", () => {
  test.each(Object.keys(CONSENT_CASES) as ConsentCase[])("%s", async (name) => {
    await openConsent(name);
    expect(await findings()).toEqual([]);
  });

  test("with a value that is typed over, and the passphrase asked for", async () => {
    await openConsent("sensitive");
    await fireEvent.click(screen.getByRole("button", { name: "Change Address" }));
    expect(await findings()).toEqual([]);
    await fireEvent.click(screen.getByRole("radio", { name: "all of it" }));
    await fireEvent.click(screen.getByRole("button", { name: "Send to wine-cellar.example" }));
    await screen.findByLabelText("Passphrase");
    expect(await findings()).toEqual([]);
  });

  test("after sending, and after refusing", async () => {
    await openConsent("known");
    await fireEvent.click(screen.getByRole("button", { name: "Send to shoes.example" }));
    await screen.findByText("Sent to shoes.example");
    expect(await findings()).toEqual([]);
  });
});

describe("rooms", () => {
  test.each(ROOMS)("%s", async (room) => {
    await openRoom(room);
    await waitFor(() => expect(document.querySelectorAll("main :is(button, li)").length).toBeGreaterThan(0));
    openAll();
    for (const more of document.querySelectorAll<HTMLElement>("main [aria-expanded=false]")) await fireEvent.click(more);
    expect(await findings()).toEqual([]);
  });

  test.each(ROOMS)("%s, with nothing in it", async (room) => {
    await openRoom(room, { empty: true });
    expect(await findings()).toEqual([]);
  });

  test("a card that is written down, an import, and the sheet of the spare key", async () => {
    await openRoom("data");
    await fireEvent.click(await screen.findByRole("button", { name: "Change work" }));
    expect(await findings()).toEqual([]);
    await fireEvent.click(screen.getByRole("button", { name: "Cancel" }));
    await fireEvent.click(await screen.findByRole("button", { name: "Import a file…" }));
    await screen.findByRole("checkbox", { name: /Grandma/u });
    expect(await findings()).toEqual([]);
  });

  test("the sheet of the spare key, and its check", async () => {
    await openRoom("spare-key");
    await fireEvent.input(await screen.findByLabelText("Passphrase"), { target: { value: PASSPHRASE } });
    await fireEvent.click(screen.getByRole("button", { name: "Make the spare key" }));
    await fireEvent.click(await screen.findByRole("button", { name: /check two words/u }));
    await screen.findByLabelText("Word 7");
    expect(await findings()).toEqual([]);
  });
});

describe("before a wallet is open", () => {
  test.each([
    ["the first start", { wallet: "none" }],
    ["the first start with a shop", { wallet: "none", sentByShop: true }],
    ["the lock", { wallet: "locked", waiting: 1 }],
    ["a damaged file", { wallet: "locked", trouble: "damaged" }],
  ] as const)("%s", async (_, start) => {
    await openRoom(null, { start });
    openAll();
    expect(await findings()).toEqual([]);
  });

  test("restoring", async () => {
    await openRoom(null, { start: { wallet: "none" } });
    await fireEvent.click(screen.getByRole("button", { name: "I have a spare key or a backup" }));
    await fireEvent.click(screen.getByRole("radio", { name: "Only the spare key, no file" }));
    expect(await findings()).toEqual([]);
  });
});
