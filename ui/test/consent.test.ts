// The consent screen: what it must not do by itself, and what it says.
import { screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, test, vi } from "vitest";
import { PASSPHRASE } from "../src/platform/fake/anna";
import { openConsent } from "./parts/open-window";

afterEach(() => vi.restoreAllMocks());

/** Lets the screen believe that so many milliseconds have gone by. */
function moveClock(by: number): void {
  const before = performance.now();
  vi.spyOn(performance, "now").mockReturnValue(before + by);
}

describe("keys", () => {
  test("Enter sends nothing and refuses nothing, wherever the focus is", async () => {
    const user = userEvent.setup();
    const { heard } = await openConsent("known");
    moveClock(5_000);
    await user.keyboard("{Enter}");
    for (const button of screen.getAllByRole("button")) {
      button.focus();
      await user.keyboard("{Enter}");
    }
    expect(heard.answers).toEqual([]);
    expect(heard.refusals).toEqual([]);
    expect(screen.queryByText(/^Sent to/u)).toBeNull();
  });

  test("Ctrl+Enter is deaf for the first second, and sends after it", async () => {
    const user = userEvent.setup();
    const { heard } = await openConsent("known");
    await user.keyboard("{Control>}{Enter}{/Control}");
    expect(heard.answers).toEqual([]);
    moveClock(1_500);
    await user.keyboard("{Control>}{Enter}{/Control}");
    await screen.findByText("Sent to shoes.example");
    expect(heard.answers).toHaveLength(1);
  });

  test("the second starts anew when the window comes back to the front", async () => {
    const user = userEvent.setup();
    const { heard } = await openConsent("known");
    moveClock(5_000);
    window.dispatchEvent(new Event("blur"));
    window.dispatchEvent(new Event("focus"));
    await user.keyboard("{Control>}{Enter}{/Control}");
    expect(heard.answers).toEqual([]);
  });

  test("Ctrl+Enter sends nothing while something needed is empty", async () => {
    const user = userEvent.setup();
    const { heard } = await openConsent("missing");
    moveClock(5_000);
    await user.keyboard("{Control>}{Enter}{/Control}");
    expect(heard.answers).toEqual([]);
  });

  test("focus starts on the heading", async () => {
    await openConsent("known");
    await waitFor(() => expect(document.activeElement?.textContent).toBe("shoes.example"));
  });
});

describe("choices", () => {
  test("what is the person's choice starts unticked and does not go", async () => {
    const user = userEvent.setup();
    const { heard } = await openConsent("known");
    for (const box of screen.getAllByRole("checkbox")) expect(box).toHaveProperty("checked", false);
    await user.click(screen.getByRole("button", { name: "Send to shoes.example" }));
    await screen.findByText("Sent to shoes.example");
    expect(heard.answers[0]).toMatchObject({ revision: 1, ticked: [], recipients: { "deliver-to": "home" }, as: "regular" });
  });

  test("a ticked phone, Mum's address and a stranger's name go back as choices", async () => {
    const user = userEvent.setup();
    const { heard } = await openConsent("known");
    await user.click(screen.getByRole("checkbox", { name: "Phone" }));
    await user.click(screen.getByRole("radio", { name: /Mum/u }));
    expect(screen.getByText(/Glavni trg 3/u)).toBeTruthy();
    await user.click(screen.getByRole("radio", { name: /stranger/u }));
    await user.click(screen.getByRole("button", { name: "Send to shoes.example" }));
    await waitFor(() => expect(heard.answers).toHaveLength(1));
    expect(heard.answers[0]).toMatchObject({ ticked: ["phone_number"], recipients: { "deliver-to": "mum" }, as: "stranger" });
  });

  test("missing values are typed in place, and only they are handed over", async () => {
    const user = userEvent.setup();
    const { heard } = await openConsent("missing");
    await user.click(screen.getByRole("button", { name: "Send to mug-shop.example" }));
    expect(document.activeElement?.getAttribute("data-claim")).toBe("name");
    await user.type(screen.getByRole("textbox", { name: "Name" }), "Anna Novak");
    for (const name of ["Street and number", "Postcode", "Town", "Country"]) await user.type(screen.getByRole("textbox", { name }), "x");
    await user.click(screen.getByRole("button", { name: "Send to mug-shop.example" }));
    await waitFor(() => expect(heard.answers).toHaveLength(1));
    expect(heard.answers[0]?.typed["name"]).toEqual({ text: "Anna Novak", keep: true });
    expect(heard.answers[0]?.typed).not.toHaveProperty("phone_number");
  });

  test("less goes unless the whole is chosen, and the whole asks for the passphrase", async () => {
    const user = userEvent.setup();
    const { heard } = await openConsent("sensitive");
    expect(screen.getByRole("radio", { name: /over 18/u })).toHaveProperty("checked", true);
    await user.click(screen.getByRole("radio", { name: "all of it" }));
    await user.click(screen.getByRole("button", { name: "Send to wine-cellar.example" }));
    expect(await screen.findByText("To send this, type your passphrase.")).toBeTruthy();
    expect(heard.answers).toEqual([]);
    await user.type(screen.getByLabelText("Passphrase"), PASSPHRASE);
    await user.click(screen.getByRole("button", { name: "Continue" }));
    await waitFor(() => expect(heard.answers).toHaveLength(1));
    expect(heard.answers[0]?.coarser).toEqual({});
  });

  test("less than what is not saved is typed, goes this once, and the rest is not asked for", async () => {
    const user = userEvent.setup();
    const { heard } = await openConsent("age-not-saved");
    expect(screen.getByRole("radio", { name: "only whether you are over 18" })).toHaveProperty("checked", true);
    expect(screen.queryByRole("textbox")).toBeNull();
    await user.click(screen.getByRole("button", { name: "Send to mug-shop.example" }));
    expect(heard.answers).toEqual([]);
    await user.click(screen.getByRole("radio", { name: "yes" }));
    await user.click(screen.getByRole("button", { name: "Send to mug-shop.example" }));
    await waitFor(() => expect(heard.answers).toHaveLength(1));
    expect(heard.answers[0]).toMatchObject({ coarser: { birthdate: "age_over_18" } });
    expect(heard.answers[0]?.typed).toEqual({ age_over_18: { text: "true", keep: false } });
  });

  test("a year has four digits", async () => {
    const user = userEvent.setup();
    const { heard } = await openConsent("age-not-saved");
    await user.click(screen.getByRole("radio", { name: "only the year" }));
    const year = screen.getByRole("textbox");
    await user.type(year, "91");
    expect(screen.getByText(/A year has four digits/u)).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Send to mug-shop.example" }));
    expect(heard.answers).toEqual([]);
    await user.clear(year);
    await user.type(year, "1991");
    await user.click(screen.getByRole("button", { name: "Send to mug-shop.example" }));
    await waitFor(() => expect(heard.answers[0]?.typed).toEqual({ birth_year: { text: "1991", keep: false } }));
  });

  test("an answer that was begun as a stranger goes on so", async () => {
    const user = userEvent.setup();
    const { heard } = await openConsent("begun-as-stranger");
    expect(screen.getByText(/You began this answer as a stranger/u)).toBeTruthy();
    expect(screen.queryByRole("radio", { name: /stranger/u })).toBeNull();
    await user.click(screen.getByRole("button", { name: "Send to shoes.example" }));
    await waitFor(() => expect(heard.answers[0]?.as).toBe("stranger"));
  });

  test("less goes as the one that was chosen, with every other choice as it was", async () => {
    const user = userEvent.setup();
    const { heard } = await openConsent("sensitive");
    await user.click(screen.getByRole("radio", { name: /only the year/u }));
    await user.click(screen.getByRole("button", { name: "Send to wine-cellar.example" }));
    await waitFor(() => expect(heard.answers[0]?.coarser).toEqual({ birthdate: "birth_year" }));
  });

  test("a saved value is typed over for this once, and its recipient's alone", async () => {
    const user = userEvent.setup();
    const { heard } = await openConsent("known");
    await user.click(screen.getByRole("button", { name: "Change Address" }));
    const street = screen.getByRole("textbox", { name: "Street and number" });
    expect(street).toHaveProperty("value", "Trubarjeva cesta 12");
    await user.clear(street);
    await user.type(street, "Dunajska 9");
    await user.click(screen.getByRole("radio", { name: /Mum/u }));
    expect(screen.getByText(/Glavni trg 3/u)).toBeTruthy();
    await user.click(screen.getByRole("radio", { name: /home/u }));
    expect(screen.getByText(/Trubarjeva cesta 12/u)).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Change Address" }));
    await user.clear(screen.getByRole("textbox", { name: "Street and number" }));
    await user.type(screen.getByRole("textbox", { name: "Street and number" }), "Dunajska 9");
    await user.click(screen.getByRole("button", { name: "Send to shoes.example" }));
    await waitFor(() => expect(heard.answers).toHaveLength(1));
    expect(heard.answers[0]?.typed["address.street_address"]).toEqual({ text: "Dunajska 9", keep: false });
    expect(Object.keys(heard.answers[0]?.typed ?? {}).every((claim) => claim.startsWith("address."))).toBe(true);
  });

  test("what Rust would refuse is said while it is typed, and is not handed over", async () => {
    const user = userEvent.setup();
    const { heard } = await openConsent("known");
    await user.click(screen.getByRole("button", { name: "Change Name" }));
    await user.click(screen.getByRole("textbox", { name: "Name" }));
    await user.paste("ы".repeat(1_001));
    expect(screen.getByText("That is too long.")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Send to shoes.example" }));
    expect(heard.answers).toEqual([]);
    expect(document.activeElement?.getAttribute("data-claim")).toBe("name");
    await user.click(screen.getByRole("button", { name: "Send Name as saved" }));
    await user.click(screen.getByRole("button", { name: "Send to shoes.example" }));
    await waitFor(() => expect(heard.answers[0]?.typed).toEqual({}));
  });

  test("the two buttons look the same", async () => {
    await openConsent("known");
    const send = screen.getByRole("button", { name: "Send to shoes.example" });
    expect(send.className).toBe(screen.getByRole("button", { name: "Don't send" }).className);
  });
});

describe("who is asking", () => {
  test("the orders under the person's name are counted, and that nothing is new is said", async () => {
    await openConsent("known");
    expect(screen.getByText(/Nothing new/u).textContent).toContain("3 orders so far");
  });

  test("after a restore it is not said that nothing is new", async () => {
    await openConsent("brought-back");
    expect(screen.getByText(/3 orders so far/u).textContent).not.toContain("Nothing new");
  });

  test.each([
    ["unchecked", "the site did not answer"],
    ["no-keys", "the site has published no keys"],
  ] as const)("somebody %s is offered nothing: the page says why, and asks again", async (name, reason) => {
    const user = userEvent.setup();
    const { heard } = await openConsent(name);
    expect(screen.getByText(new RegExp(`parcels-now.example.*${reason}`, "u"))).toBeTruthy();
    expect(screen.queryByRole("button", { name: /send/iu })).toBeNull();
    expect(screen.queryAllByRole("checkbox")).toEqual([]);
    await user.keyboard("{Control>}{Enter}{/Control}");
    await user.click(screen.getByRole("button", { name: "Try again" }));
    await waitFor(() => expect(heard.commands.filter((each) => each === "consent.view")).toHaveLength(2));
    expect(heard.answers).toEqual([]);
  });

  test("another kind of verifier than a shop is seen for one at a glance, and makes no promise that it did not make", async () => {
    await openConsent("foreign");
    expect(screen.getByText("No Passerby shop")).toBeTruthy();
    expect(screen.getByText(/Not checked: who is behind it/u)).toBeTruthy();
    expect(screen.getAllByText("not said")).toHaveLength(3);
    expect(screen.getByText(/under a key that nobody else sees/u)).toBeTruthy();
    expect(screen.queryByText(/promises to delete|Deliver to|privacy policy|shop's words/u)).toBeNull();
    expect(screen.queryByRole("radio", { name: /stranger/u })).toBeNull();
    expect(document.body.textContent).not.toMatch(/relay server/u);
  });

  test("what a certificate alone is sent comes without a receipt and without an end", async () => {
    const user = userEvent.setup();
    await openConsent("foreign");
    await user.click(screen.getByRole("button", { name: "Send to library.example" }));
    expect(await screen.findByText(/library.example took it at .* there is no receipt/u)).toBeTruthy();
    expect(screen.queryByText(/deletes itself|The shop/u)).toBeNull();
    expect(screen.getByRole("button", { name: "Back to the page that asked" })).toBeTruthy();
  });

  test("a page that names no way back is found by the person", async () => {
    const user = userEvent.setup();
    await openConsent("foreign", { leadsBack: false });
    await user.click(screen.getByRole("button", { name: "Send to library.example" }));
    expect(await screen.findByText(/it named no way back/u)).toBeTruthy();
    expect(screen.queryByRole("button", { name: /^Back/u })).toBeNull();
  });

  test("very personal values do not go to a certificate as they are saved", async () => {
    const user = userEvent.setup();
    const { heard } = await openConsent("foreign");
    await user.click(screen.getByRole("checkbox", { name: "Birth date" }));
    await user.click(screen.getByRole("button", { name: "Send to library.example" }));
    expect(screen.getByText(/does not go to whoever has only a certificate/u)).toBeTruthy();
    expect(screen.getByText("Something very personal does not go like this.")).toBeTruthy();
    expect(document.activeElement?.textContent).toBe("Change");
    expect(screen.queryByLabelText("Passphrase")).toBeNull();
    expect(heard.answers).toEqual([]);
    await user.click(screen.getByRole("button", { name: "Change Birth date" }));
    await user.type(screen.getByRole("textbox", { name: "Birth date" }), "1991");
    await user.click(screen.getByRole("button", { name: "Send to library.example" }));
    await waitFor(() => expect(heard.answers[0]?.typed).toEqual({ birthdate: { text: "1991", keep: false } }));
  });

  test.each([
    ["down", "Could not reach library.example. Your choices are kept; try again.", "Nothing was sent."],
    ["breaks", "The connection broke while sending.", "It may have arrived. Trying again sends the same once more, and nothing else."],
  ] as const)("when it is %s, no relay is blamed and nothing is promised of a second time", async (relay, what, sent) => {
    const user = userEvent.setup();
    await openConsent("foreign", { relay });
    await user.click(screen.getByRole("button", { name: "Send to library.example" }));
    expect((await screen.findByText(sent)).closest("[role=status]")?.textContent).toContain(what);
  });

  test.each([
    ["foreign-silent", /We could not confirm it: the site did not answer/u],
    ["foreign-failed", /Its certificate is for somebody else/u],
  ] as const)("%s: nothing can be sent, and no shop is spoken of", async (name, sentence) => {
    await openConsent(name);
    expect(screen.getByText(sentence)).toBeTruthy();
    expect(screen.queryByRole("button", { name: /send/iu })).toBeNull();
    expect(screen.queryByText(/shop/u)).toBeNull();
  });

  test.each([
    ["new-keys", "shoes.example has new main keys. It announced them in time, with the former ones."],
    ["restored", /had no copy of yours/u],
  ] as const)("%s is said calmly", async (name, sentence) => {
    await openConsent(name);
    expect(screen.getByText(sentence)).toBeTruthy();
  });

  test("a failed check leaves no way to send", async () => {
    await openConsent("failed");
    expect(screen.getByText(/Nothing was sent/u)).toBeTruthy();
    expect(screen.queryByRole("button", { name: /send/iu })).toBeNull();
  });

  test("a hostile name is text, isolated, capped and without hidden characters", async () => {
    await openConsent("hostile");
    const name = within(screen.getByRole("dialog")).getByText(/img src=x/u);
    expect(name.tagName).toBe("BDI");
    expect(name.textContent?.length).toBeLessThanOrEqual(61);
    expect(name.textContent).not.toMatch(/[\u200B\u202A-\u202E\u2066-\u2069]/u);
    expect(document.querySelector("img")).toBeNull();
    expect(document.title).not.toContain("img");
  });
});

describe("sensitive values and errors", () => {
  test("a hidden value has a name that can be heard, and a Show button that says whether it is pressed", async () => {
    const user = userEvent.setup();
    await openConsent("sensitive");
    expect(screen.getByText("hidden, Birth date")).toBeTruthy();
    const show = screen.getByRole("button", { name: "Show Birth date" });
    expect(show.getAttribute("aria-pressed")).toBe("false");
    await user.click(show);
    expect(await screen.findByText("1991-04-17")).toBeTruthy();
    expect(show.getAttribute("aria-pressed")).toBe("true");
    window.dispatchEvent(new Event("blur"));
    await waitFor(() => expect(screen.queryByText("1991-04-17")).toBeNull());
  });

  test.each([
    ["down", "Nothing was sent."],
    ["breaks", "It may have arrived. Trying again cannot send it twice."],
  ] as const)("when the relay is %s, the error says: %s", async (relay, sentence) => {
    const user = userEvent.setup();
    await openConsent("known", { relay });
    await user.click(screen.getByRole("button", { name: "Send to shoes.example" }));
    expect(await screen.findByText(sentence)).toBeTruthy();
    expect(screen.getByRole("button", { name: "Send to shoes.example" })).toBeTruthy();
  });

  test("a refusal says that nothing was sent, and offers to refuse for good", async () => {
    const user = userEvent.setup();
    const { heard } = await openConsent("known");
    await user.click(screen.getByRole("button", { name: "Don't send" }));
    expect(await screen.findByRole("heading", { name: "Nothing was sent." })).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Always refuse this shop" }));
    expect(heard.refusals.map((each) => each.refusal)).toEqual(["this-time", "always"]);
  });

  test("a refusal leads back to the page that asked, if it named a way", async () => {
    const user = userEvent.setup();
    const { heard } = await openConsent("known");
    await user.click(screen.getByRole("button", { name: "Don't send" }));
    await user.click(await screen.findByRole("button", { name: "Back to the shop" }));
    await waitFor(() => expect(heard.commands).toContain("consent.backToShop"));
  });

  test("a refusal without a way back offers none", async () => {
    const user = userEvent.setup();
    await openConsent("foreign", { leadsBack: false });
    await user.click(screen.getByRole("button", { name: "Don't send" }));
    expect(await screen.findByText(/Whoever asked was told no/u)).toBeTruthy();
    expect(screen.queryByRole("button", { name: /^Back|Always/u })).toBeNull();
  });

  test("a request that arrives does not take the place of the one that is being read", async () => {
    const { heard } = await openConsent("known");
    heard.tell({ is: "request-opened", request: 2 });
    heard.tell({ is: "waiting", count: 2 });
    await Promise.resolve();
    const user = userEvent.setup();
    await user.click(screen.getByRole("button", { name: "Don't send" }));
    await waitFor(() => expect(heard.refusals).toEqual([{ request: 1, refusal: "this-time" }]));
  });

  test("a lock takes the request off the screen", async () => {
    const { heard } = await openConsent("known");
    heard.tell({ is: "locked" });
    expect(await screen.findByRole("heading", { name: "Your wallet is locked" })).toBeTruthy();
    expect(screen.queryByText(/Trubarjeva/u)).toBeNull();
  });
});
