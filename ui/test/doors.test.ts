// The ways in and out of a wallet: restoring, a forgotten passphrase, a file that does not open, importing, the end.
import { screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, test, vi } from "vitest";
import { PASSPHRASE } from "../src/platform/fake/anna";
import { WORDS } from "../src/platform/fake/rooms";
import { openRoom } from "./parts/open-window";

afterEach(() => vi.restoreAllMocks());

describe("restoring", () => {
  test("a backup says what it brings back, and asks for one secret", async () => {
    const user = userEvent.setup();
    const { heard } = await openRoom(null, { start: { wallet: "none" } });
    await user.click(screen.getByRole("button", { name: "I have a spare key or a backup" }));
    expect(screen.getByText(/everything that was saved on the day of the backup/u)).toBeTruthy();
    expect(screen.getByText(/They do not tell each other yet/u)).toBeTruthy();
    await user.type(screen.getByLabelText("Passphrase of that day, or the 24 words"), PASSPHRASE);
    await user.click(screen.getByRole("button", { name: "Choose a backup file…" }));
    await waitFor(() => expect(heard.commands).toContain("welcome.restoreFromBackup"));
    expect(await screen.findByRole("heading", { name: "Requests" })).toBeTruthy();
  });

  test("words say that they bring no address, are counted, and need a passphrase typed twice", async () => {
    const user = userEvent.setup();
    const { heard } = await openRoom(null, { start: { wallet: "none" } });
    await user.click(screen.getByRole("button", { name: "I have a spare key or a backup" }));
    await user.click(screen.getByRole("radio", { name: "Only the spare key, no file" }));
    expect(screen.getByText(/They do not contain your address/u)).toBeTruthy();
    await user.click(screen.getByLabelText("The 24 words of your spare key"));
    await user.paste(WORDS.join(" "));
    expect(screen.getByText(/24 words of 24/u)).toBeTruthy();
    await user.type(screen.getByLabelText("A passphrase for this computer"), PASSPHRASE);
    await user.type(screen.getByLabelText("The same again"), "quiet x");
    expect(screen.getByText("The two are not the same.")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Restore from the words" }));
    expect(heard.commands).not.toContain("welcome.restoreFromWords");
    await user.clear(screen.getByLabelText("The same again"));
    await user.type(screen.getByLabelText("The same again"), PASSPHRASE);
    await user.click(screen.getByRole("button", { name: "Restore from the words" }));
    await waitFor(() => expect(heard.commands).toContain("welcome.restoreFromWords"));
  });
});

test("a forgotten passphrase gives way to a new one by the words", async () => {
  const user = userEvent.setup();
  const { heard } = await openRoom(null, { start: { wallet: "locked" } });
  await user.click(screen.getByText("I forgot my passphrase"));
  await user.click(screen.getByText("The spare key"));
  await user.click(screen.getByLabelText("The 24 words of your spare key"));
  await user.paste(WORDS.join(" "));
  await user.type(screen.getByLabelText("New passphrase"), PASSPHRASE);
  await user.type(screen.getByLabelText("The same again"), PASSPHRASE);
  await user.click(screen.getByRole("button", { name: "Open with the words" }));
  await waitFor(() => expect(heard.commands).toContain("lock.newPassphrase"));
  expect(await screen.findByRole("heading", { name: "Requests" })).toBeTruthy();
});

test.each([
  ["in-use", /Close it there/u, false],
  ["newer", /Install that version/u, false],
  ["not-a-vault", /is not a wallet/u, true],
  ["damaged", /restore a backup/u, true],
] as const)("a file that is %s says what to do", async (trouble, sentence, restorable) => {
  const user = userEvent.setup();
  const { heard } = await openRoom(null, { start: { wallet: "locked", trouble } });
  expect(screen.getByText(sentence)).toBeTruthy();
  expect(screen.queryByText("A backup file") !== null).toBe(restorable);
  await user.click(screen.getByRole("button", { name: "Try again" }));
  await waitFor(() => expect(heard.commands.filter((each) => each === "start")).toHaveLength(2));
});

test("what a file holds is shown first, and only what is ticked is saved", async () => {
  const user = userEvent.setup();
  const { heard } = await openRoom("data");
  await user.click(await screen.findByRole("button", { name: "Import a file…" }));
  await user.click(await screen.findByRole("checkbox", { name: /Grandma/u }));
  expect(heard.saved).toEqual([]);
  expect(screen.getByText("2 lines were left out")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Save 1 card" }));
  await waitFor(() => expect(heard.saved.map((draft) => draft.label)).toEqual(["Bernd Keller"]));
  expect(await screen.findByRole("heading", { name: "Bernd Keller" })).toBeTruthy();
});

test("a field that was emptied does not take anything away by itself", async () => {
  const user = userEvent.setup();
  const { heard } = await openRoom("data");
  await user.click(await screen.findByRole("button", { name: "Change work" }));
  await user.clear(screen.getByLabelText("E-mail"));
  expect(screen.getByText(/choose More and Remove/u)).toBeTruthy();
  expect(screen.getByRole("button", { name: "Save" })).toHaveProperty("disabled", true);
  expect(heard.saved).toEqual([]);
});

test("an answer that did not get out is sent once more, and then is as any other", async () => {
  const user = userEvent.setup();
  await openRoom("requests");
  await user.click(await screen.findByRole("button", { name: "Try again: books.example" }));
  expect(await screen.findByRole("heading", { name: /^Sent to/u })).toBeTruthy();
});

test("the end says what stays, asks for the passphrase, and starts anew", async () => {
  const user = userEvent.setup();
  const start = { wallet: "open" as "open" | "none" };
  const { heard } = await openRoom("settings", { start });
  await user.click(await screen.findByText("Forget everything on this computer"));
  expect(screen.getByText(/sealed copies at relay servers/u)).toBeTruthy();
  expect(screen.getByText(/Uninstalling the program alone takes nothing of this away/u)).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Forget everything" }));
  const dialog = await screen.findByRole("dialog");
  start.wallet = "none";
  await user.type(within(dialog).getByLabelText("Passphrase"), `${PASSPHRASE}{Enter}`);
  expect(await screen.findByRole("heading", { name: "Welcome to Passerby" })).toBeTruthy();
  expect(heard.commands).toContain("settings.reset");
});

test("backups are written by themselves once a folder is chosen, and stop when told", async () => {
  const user = userEvent.setup();
  await openRoom("settings");
  await user.click(await screen.findByRole("button", { name: "Choose a folder for backups…" }));
  expect(await screen.findByText(/passerby-backup.json/u)).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Write no more backups" }));
  expect(await screen.findByText("No backup is written by itself yet.")).toBeTruthy();
});
