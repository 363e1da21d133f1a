// How components reach the platform: handed down from the window's root, so that a test hands down another one.
import { getContext, setContext } from "svelte";
import { CommandError } from "./command-error";
import type { Platform } from "./platform";

const DOOR = Symbol("platform");

export function openDoor(platform: Platform): void {
  setContext(DOOR, platform);
}

export function usePlatform(): Platform {
  return getContext<Platform>(DOOR);
}

/** A failed command, or a program's mistake in the shape of one: nothing was sent by it. */
export function troubleOf(cause: unknown): CommandError {
  return cause instanceof CommandError ? cause : new CommandError("unknown", "", "nothing");
}
