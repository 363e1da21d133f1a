// A command that fails is shown where it was asked for, with what was sent; a slow one says so; what is safe can be undone.
import { screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, test, vi } from "vitest";
import { CommandError } from "../src/platform/command-error";
import { PASSPHRASE } from "../src/platform/fake/anna";
import type { Room } from "../src/rooms/room";
import { openConsent, openRoom } from "./parts/open-window";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const full = (command: string): { fails: Record<string, CommandError> } => ({
  fails: { [command]: new CommandError("disk-full", "The disk is full.", "nothing") },
});
const press = async (name: string | RegExp): Promise<void> =>
  userEvent.setup().click((await screen.findAllByRole("button", { name }))[0] as HTMLElement);

/** The trouble, which always ends with whether anything was sent. */
async function said(): Promise<HTMLElement> {
  const sentence = await screen.findByText("Nothing was sent.");
  const notice = sentence.closest("[role=status]") as HTMLElement;
  expect(notice.textContent).toContain("The disk is full.");
  return notice;
}

describe("on the consent screen", () => {
  test.each([
    ["consent.openPolicy", [/privacy policy/u]],
    ["consent.refuse", ["Don't send"]],
    ["consent.send", ["Send to shoes.example"]],
    ["consent.backToShop", ["Send to shoes.example", "Back to the shop"]],
  ] as const)("%s", async (command, buttons) => {
    await openConsent("known", full(command));
    for (const name of buttons) await press(name);
    await said();
  });

  test("a request that cannot be shown can be tried again or left", async () => {
    await openConsent("known", full("consent.view"));
    await said();
    expect(screen.getByRole("button", { name: "Try again" })).toBeTruthy();
    await press("Close");
    expect(await screen.findByRole("heading", { name: "Requests" })).toBeTruthy();
  });

  test("details that changed meanwhile are looked at again, and nothing was sent", async () => {
    const { heard } = await openConsent("known", { fails: { "consent.send": new CommandError("view-changed", "Changed.", "nothing") } });
    await press("Send to shoes.example");
    await press("Look again");
    await waitFor(() => expect(heard.commands.filter((each) => each === "consent.view")).toHaveLength(2));
    expect(await screen.findByRole("heading", { name: "shoes.example" })).toBeTruthy();
  });

  test("sending that takes long is said, and cannot be pressed twice", async () => {
    const { heard } = await openConsent("known", { hangs: ["consent.send"] });
    await press("Send to shoes.example");
    expect(await screen.findByText("One moment.")).toBeTruthy();
    expect(screen.getByRole("button", { name: "Send to shoes.example" })).toHaveProperty("disabled", true);
    expect(heard.commands.filter((each) => each === "consent.send")).toHaveLength(1);
  });
});

describe("in the rooms", () => {
  test.each([
    ["data", "data.remove", ["More about Name", "Remove: Name"]],
    ["data", "data.bringBack", ["More about Name", "Remove: Name", "Undo"]],
    ["data", "data.copy", ["More about Name", "Copy: Name"]],
    ["data", "data.setSensitive", ["More about Name", "Hide until asked for: Name"]],
    ["data", "data.makeDefault", ["Send this one by default: work"]],
    ["data", "data.chooseImport", ["Import a file…"]],
    ["data", "data.save", ["Change work", "Save"]],
    ["data", "reveal", ["Show Birth date"]],
    ["shops", "shops.block", ["What it has: shoes.example", "Always refuse"]],
    ["shops", "shops.refresh", ["What it has: shoes.example", "Ask whether it was opened"]],
    ["requests", "requests.openClipboard", ["Take it from the clipboard"]],
    ["requests", "requests.openScreen", ["Read a code from the screen"]],
    ["requests", "requests.openImage", ["From a picture…"]],
    ["requests", "requests.retry", ["Try again: books.example"]],
    ["settings", "settings.startBackups", ["Choose a folder for backups…"]],
    ["spare-key", "spareKey.view", []],
    ["shops", "shops.list", []],
    ["activity", "activity.view", []],
    ["settings", "lock.lock", ["Lock"]],
  ] as const)("%s: %s", async (room, command, buttons) => {
    await openRoom(room, full(command));
    for (const name of buttons) await press(name);
    await said();
  });

  test.each([
    ["data", "data.exportAll", ["Export everything…"], "Export everything…"],
    ["settings", "settings.makeBackup", ["Make a backup…"], "Continue"],
    ["settings", "settings.keyring", ["Stop opening with the keyring"], "Continue"],
    ["settings", "settings.reset", ["Forget everything"], "Forget everything"],
  ] as const)("%s: %s, and the question stays", async (room, command, buttons, go) => {
    const user = userEvent.setup();
    await openRoom(room as Room, full(command));
    for (const name of buttons) await press(name);
    const dialog = await screen.findByRole("dialog");
    await user.type(within(dialog).getByLabelText("Passphrase"), PASSPHRASE);
    await user.click(within(dialog).getByRole("button", { name: go }));
    await said();
    expect(within(dialog).getByLabelText("Passphrase")).toHaveProperty("value", "");
  });

  test("a setting that could not be saved is shown as it is", async () => {
    const user = userEvent.setup();
    await openRoom("settings", full("settings.change"));
    await user.click(await screen.findByRole("checkbox", { name: "Start with the computer" }));
    await said();
    await waitFor(() => expect(screen.getByRole("checkbox", { name: "Start with the computer" })).toHaveProperty("checked", false));
  });

  test("a picture without a code says so", async () => {
    await openRoom("requests", { empty: true });
    await press("Read a code from the screen");
    expect(await screen.findByText(/There is no code of a request in it/u)).toBeTruthy();
  });
});

test("a wallet that is locked in the very moment it was opened is shown as locked", async () => {
  const user = userEvent.setup();
  const locked = new CommandError("locked", "Your wallet is locked.", "nothing");
  const start = { wallet: "locked", waiting: 0 } as const;
  const { heard } = await openRoom(null, { start, fails: { "requests.openKept": locked } });
  await user.type(screen.getByLabelText("Passphrase"), PASSPHRASE);
  await user.click(screen.getByRole("button", { name: "Unlock" }));
  await waitFor(() => expect(heard.commands).toContain("requests.openKept"));
  expect(await screen.findByRole("heading", { name: "Your wallet is locked" })).toBeTruthy();
  expect(screen.queryByRole("heading", { name: "My data" })).toBeNull();
});

test("a start that fails can be tried again", async () => {
  const { heard } = await openRoom(null, full("start")).catch(() => ({ heard: null }));
  expect(heard).toBeNull();
  await said();
  expect(screen.getByRole("button", { name: "Try again" })).toBeTruthy();
});
