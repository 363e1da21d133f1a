// Opens the window on a fake world, with a clock that the test moves.
import { render, screen } from "@testing-library/svelte";
import { vi } from "vitest";
import { CONSENT_CASES, type ConsentCase } from "../../src/platform/fake/consent-cases";
import { makeFakePlatform } from "../../src/platform/fake/fake-platform";
import type { FakeWorld, Heard } from "../../src/platform/fake/fake-world";
import type { Platform } from "../../src/platform/platform";
import type { Room } from "../../src/rooms/room";
// The window loads these later by itself; a busy machine's first test is not to wait for it.
import "../../src/rooms/OpenWallet.svelte";
import Window from "../../src/Window.svelte";

export async function openConsent(name: ConsentCase, world: FakeWorld = {}): Promise<{ heard: Heard; platform: Platform }> {
  vi.spyOn(document, "hasFocus").mockReturnValue(true);
  const fake = makeFakePlatform({ ...world, consent: CONSENT_CASES[name] });
  render(Window, { platform: fake.platform, request: 1 });
  await screen.findByRole("heading", { level: 1 });
  return fake;
}

export async function openRoom(room: Room | null, world: FakeWorld = {}): Promise<{ heard: Heard; platform: Platform }> {
  vi.spyOn(document, "hasFocus").mockReturnValue(true);
  const fake = makeFakePlatform(world);
  render(Window, { platform: fake.platform, room });
  await screen.findByRole("heading", { level: 1 });
  return fake;
}
