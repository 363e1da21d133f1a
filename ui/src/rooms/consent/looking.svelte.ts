// One request that was opened: what its check found, or how long that takes. The room that shows it is drawn when there is something
// to show, so that what the person was looking at does not give way to an empty window.
import { Attempt } from "../../platform/attempt.svelte";
import type { Found } from "../../platform/consent";
import type { Platform } from "../../platform/platform";

export class Looking {
  readonly attempt = new Attempt();
  found = $state.raw<Found | null>(null);
  /** Whether there is anything to show: a finding, a trouble, or that it takes its time. */
  readonly ready = $derived(this.found !== null || this.attempt.trouble !== null || this.attempt.slow);

  constructor(
    private readonly platform: Platform,
    readonly request: number,
  ) {
    this.look();
  }

  look(): void {
    void this.attempt.run(() => this.platform.consent.view(this.request), (found) => (this.found = found));
  }

  /** From the beginning: what was found is not true any more. */
  lookAgain(): void {
    this.found = null;
    this.look();
  }
}
