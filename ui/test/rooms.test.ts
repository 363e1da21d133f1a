// The other rooms: the first start, the lock, my data, the spare key.
import { screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, test, vi } from "vitest";
import { PASSPHRASE } from "../src/platform/fake/anna";
import { ROOMS } from "../src/rooms/room";
import { openRoom } from "./parts/open-window";

afterEach(() => vi.restoreAllMocks());

test("a first start with a waiting shop goes from a suggested passphrase to its request", async () => {
  const user = userEvent.setup();
  await openRoom(null, { start: { wallet: "none", sentByShop: true } });
  expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("A shop is waiting for you. Two steps.");
  await user.click(screen.getByRole("button", { name: "Suggest four words" }));
  await screen.findByText(PASSPHRASE);
  await user.type(screen.getByLabelText("Passphrase"), PASSPHRASE);
  await screen.findByText(/Very good/u);
  await user.click(screen.getByRole("button", { name: "Make my wallet" }));
  expect(await screen.findByRole("heading", { name: "shoes.example" })).toBeTruthy();
});

test("whoever goes on before the passphrase was weighed is not held up", async () => {
  const user = userEvent.setup();
  await openRoom(null, { start: { wallet: "none", sentByShop: true }, hangs: ["welcome.weighPassphrase"] });
  await user.type(screen.getByLabelText("Passphrase"), PASSPHRASE);
  await user.type(screen.getByLabelText("The same again"), PASSPHRASE);
  await user.click(screen.getByRole("button", { name: "Make my wallet" }));
  expect(await screen.findByRole("heading", { name: "shoes.example" })).toBeTruthy();
});

test("a first start asks whether a shop sent the person, and keeps what was pasted", async () => {
  const user = userEvent.setup();
  await openRoom(null, { start: { wallet: "none" } });
  await user.type(await screen.findByLabelText("Request"), "https://shoes.example/");
  await user.click(screen.getByRole("button", { name: "Open" }));
  expect(await screen.findByText(/This is not a request/u)).toBeTruthy();
  await user.clear(screen.getByLabelText("Request"));
  await user.type(screen.getByLabelText("Request"), "passerby:request");
  await user.click(screen.getByRole("button", { name: "Open" }));
  expect(await screen.findByText("A shop is waiting for you. Two steps.")).toBeTruthy();
});

describe("the lock", () => {
  test("says that a request waits, and not whose", async () => {
    await openRoom(null, { start: { wallet: "locked", waiting: 1 } });
    expect(screen.getByText("A request is waiting. Unlock to see who is asking.")).toBeTruthy();
    expect(document.body.textContent).not.toContain(".example");
  });

  test("a wrong passphrase is said, forgotten, and nothing was sent", async () => {
    const user = userEvent.setup();
    await openRoom(null, { start: { wallet: "locked" } });
    await user.type(screen.getByLabelText("Passphrase"), "wrong{Enter}");
    expect(await screen.findByText("Nothing was sent.")).toBeTruthy();
    expect(screen.getByLabelText("Passphrase")).toHaveProperty("value", "");
  });
});

describe("my data", () => {
  test("what was removed can be brought back", async () => {
    const user = userEvent.setup();
    await openRoom("data");
    const all = await screen.findAllByRole("button", { name: "More about E-mail" });
    await user.click(all[0] as HTMLElement);
    await user.click(screen.getByRole("button", { name: "Remove: E-mail" }));
    await waitFor(() => expect(screen.getAllByRole("button", { name: "More about E-mail" })).toHaveLength(all.length - 1));
    await user.click(screen.getByRole("button", { name: "Undo" }));
    await waitFor(() => expect(screen.getAllByRole("button", { name: "More about E-mail" })).toHaveLength(all.length));
  });

  test("a birth date is hidden until it is asked for", async () => {
    await openRoom("data");
    await screen.findByText("hidden, Birth date");
    expect(document.body.textContent).not.toContain("1991");
  });
});

test("the spare key shows six groups of four words, and they are gone after the check", async () => {
  const user = userEvent.setup();
  await openRoom("spare-key");
  await user.type(await screen.findByLabelText("Passphrase"), PASSPHRASE);
  await user.click(screen.getByRole("button", { name: "Make the spare key" }));
  expect(await screen.findAllByRole("list", { name: /^Words/u })).toHaveLength(6);
  await user.click(screen.getByRole("button", { name: /check two words/u }));
  await user.type(await screen.findByLabelText("Word 7"), "abso");
  await user.type(screen.getByLabelText("Word 18"), "acro");
  await user.click(screen.getByRole("button", { name: "Check" }));
  expect(await screen.findByText(/One of the words is another one/u)).toBeTruthy();
  await user.clear(screen.getByLabelText("Word 18"));
  await user.type(screen.getByLabelText("Word 18"), "acqu");
  await user.click(screen.getByRole("button", { name: "Check" }));
  expect(await screen.findByText("Your spare key is on paper and checked.")).toBeTruthy();
  expect(document.body.textContent).not.toContain("absorb");
});

test.each(ROOMS)("%s says what to do when there is nothing, and keeps nothing in the browser", async (room) => {
  await openRoom(room, { empty: true });
  expect(localStorage.length + sessionStorage.length).toBe(0);
  expect(document.title).toBe("");
});
