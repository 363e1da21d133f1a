// Keyboard alone suffices: no test here touches a mouse.
import { screen, waitFor, within } from "@testing-library/svelte";
import userEvent, { type UserEvent } from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { PASSPHRASE } from "../src/platform/fake/anna";
import { openConsent, openRoom } from "./parts/open-window";

afterEach(() => vi.restoreAllMocks());

const nameOf = (element: Element | null): string =>
  element?.getAttribute("aria-label") ?? (element as HTMLInputElement | null)?.labels?.[0]?.textContent?.trim() ?? element?.textContent?.trim() ?? "";

/** Presses Tab until the focus is on what bears this name. */
async function tabTo(user: UserEvent, name: string | RegExp): Promise<void> {
  const passed: string[] = [];
  for (let presses = 0; presses < 60; presses += 1) {
    await user.tab();
    const found = nameOf(document.activeElement).replaceAll(/\s+/gu, " ");
    if (typeof name === "string" ? found === name : name.test(found)) return;
    passed.push(found);
  }
  throw new Error(`Tab never reached ${String(name)}; it passed ${passed.join(" | ")}.`);
}

test("the first visit: from a passphrase to what was sent", async () => {
  const user = userEvent.setup();
  const { heard } = await openRoom(null, { start: { wallet: "none", sentByShop: true } });
  await waitFor(() => expect(document.activeElement?.tagName).toBe("H1"));
  await tabTo(user, "Passphrase");
  await user.keyboard(PASSPHRASE);
  await tabTo(user, "The same again");
  await user.keyboard(`${PASSPHRASE}{Enter}`);
  expect(await screen.findByRole("heading", { name: "shoes.example" })).toBeTruthy();
  await waitFor(() => expect(document.activeElement?.textContent).toBe("shoes.example"));
  await tabTo(user, "Phone");
  await user.keyboard(" ");
  await tabTo(user, "Send to shoes.example");
  await user.keyboard("{Enter}");
  expect(heard.answers).toEqual([]);
  await user.keyboard(" ");
  await screen.findByText("Sent to shoes.example");
  expect(heard.answers[0]?.ticked).toEqual(["phone_number"]);
  await waitFor(() => expect(document.activeElement?.tagName).toBe("H1"));
});

test("another recipient by the arrows, a value typed over, and a refusal", async () => {
  const user = userEvent.setup();
  const { heard } = await openConsent("known");
  await tabTo(user, /home/u);
  await user.keyboard("{ArrowRight}{ArrowRight}");
  expect(screen.getByText(/Glavni trg 3/u)).toBeTruthy();
  await tabTo(user, "Change Name");
  await user.keyboard(" ");
  await waitFor(() => expect(document.activeElement?.getAttribute("data-claim")).toBe("name"));
  await user.keyboard("{End} Kovač");
  expect(screen.getByRole("textbox", { name: "Name" })).toHaveProperty("value", "Marija Novak Kovač");
  await tabTo(user, "Don't send");
  await user.keyboard(" ");
  await screen.findByRole("heading", { name: "Nothing was sent." });
  expect(heard.refusals).toEqual([{ request: 1, refusal: "this-time" }]);
});

test("the passphrase once more: focus goes into the question, Escape leaves it and goes back", async () => {
  const user = userEvent.setup();
  const { heard } = await openConsent("sensitive");
  await tabTo(user, /over 18/u);
  await user.keyboard("{ArrowLeft}");
  expect(screen.getByRole("radio", { name: "all of it" })).toHaveProperty("checked", true);
  await tabTo(user, "Send to wine-cellar.example");
  await user.keyboard(" ");
  // That Tab stays inside hangs on what is drawn, which nothing is here: a browser has to show it.
  const question = (await screen.findByText("Very personal details go with this")).closest("[role=dialog]") as HTMLElement;
  await waitFor(() => expect(question.contains(document.activeElement)).toBe(true));
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByText("Very personal details go with this")).toBeNull());
  await waitFor(() => expect(nameOf(document.activeElement)).toBe("Send to wine-cellar.example"));
  await user.keyboard(" ");
  const again = (await screen.findByText("Very personal details go with this")).closest("[role=dialog]") as HTMLElement;
  within(again).getByLabelText("Passphrase").focus();
  await user.keyboard(`${PASSPHRASE}{Enter}`);
  await waitFor(() => expect(heard.answers).toHaveLength(1));
});

test("unlocking, going from room to room, writing a card down, and taking a detail away", async () => {
  const user = userEvent.setup();
  const { heard } = await openRoom(null, { start: { wallet: "locked" } });
  await tabTo(user, "Passphrase");
  await user.keyboard(`${PASSPHRASE}{Enter}`);
  await screen.findByRole("heading", { name: "Requests" });
  await tabTo(user, "My data");
  await user.keyboard("{Enter}");
  await screen.findByRole("heading", { name: "home" });
  await waitFor(() => expect(document.activeElement?.textContent).toBe("My data"));
  await tabTo(user, "Add a card");
  await user.keyboard("{Enter}");
  await tabTo(user, "Name of this card");
  await user.keyboard("garden");
  await tabTo(user, "Name");
  await user.keyboard("Anna Novak{Enter}");
  await waitFor(() => expect(heard.saved.map((draft) => draft.label)).toEqual(["garden"]));
  await screen.findByRole("heading", { name: "garden" });
  await tabTo(user, "More about Name");
  await user.keyboard("{Enter}");
  await tabTo(user, "Remove: Name");
  await user.keyboard("{Enter}");
  await tabTo(user, "Undo");
  await user.keyboard("{Enter}");
  await waitFor(() => expect(heard.commands).toContain("data.bringBack"));
});
