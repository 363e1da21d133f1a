// One command that was asked for at one place: whether it runs, whether that takes long, and what went wrong, shown there.
import { untrack } from "svelte";
import type { CommandError } from "./command-error";
import { troubleOf } from "./door";

/** Milliseconds after which a person is told that something is being done. */
export const LONG = 300;

export class Attempt {
  busy = $state(false);
  slow = $state(false);
  trouble = $state.raw<CommandError | null>(null);

  /** Runs the command unless one runs already, and goes on with its result only if there is one: what is done until that is done too. */
  async run<T>(command: () => Promise<T>, then?: (result: T) => unknown): Promise<void> {
    // An effect that starts a command does not hang on how that goes.
    if (untrack(() => this.busy)) return;
    this.busy = true;
    this.trouble = null;
    const timer = setTimeout(() => (this.slow = true), LONG);
    try {
      const result = await command();
      await then?.(result);
    } catch (cause) {
      this.trouble = troubleOf(cause);
    } finally {
      clearTimeout(timer);
      this.slow = false;
      this.busy = false;
    }
  }
}
