// How long this window has had the focus: a window that pops up under typing fingers must not send.

/** Milliseconds of focus before Ctrl+Enter is heard. */
export const SETTLED = 1_000;

export class FocusClock {
  #since: number | null;

  constructor(hasFocus: boolean, private readonly now: () => number) {
    this.#since = hasFocus ? now() : null;
  }

  gained(): void {
    this.#since ??= this.now();
  }

  lost(): void {
    this.#since = null;
  }

  get settled(): boolean {
    return this.#since !== null && this.now() - this.#since >= SETTLED;
  }
}
