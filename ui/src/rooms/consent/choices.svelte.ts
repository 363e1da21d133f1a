// What the person has chosen so far on the consent screen, and the answer it makes.
// It must never start with anything ticked, and never contain what was not shown.
import type { Answer, Typed } from "../../platform/answer";
import type { CardView, ConsentView, LineView, RecipientView, ValueView } from "../../platform/consent";

const NOTHING: ValueView = { is: "missing" };

export class Choices {
  readonly view: ConsentView;
  recipients = $state<Record<string, string>>({});
  ticked = $state<Record<string, boolean>>({});
  coarser = $state<Record<string, string>>({});
  typed = $state<Record<string, Typed>>({});
  as = $state<"regular" | "stranger">("regular");

  constructor(view: ConsentView) {
    this.view = view;
    for (const card of view.cards) {
      this.recipients[card.kind] = card.recipients[0]?.id ?? "";
      // Less before more: whoever sends without looking sends the least that was asked for.
      for (const line of card.lines) this.coarser[line.id] = line.coarser[0]?.id ?? "";
      for (const claim of card.lines.flatMap((line) => line.claims)) this.typed[claim] = { text: "", keep: true };
    }
  }

  recipient(card: CardView): RecipientView | undefined {
    return card.recipients.find((each) => each.id === this.recipients[card.kind]);
  }

  value(card: CardView, claim: string): ValueView {
    return this.recipient(card)?.values[claim] ?? NOTHING;
  }

  goes(line: LineView): boolean {
    return line.need === "needed" || this.ticked[line.id] === true;
  }

  /** Claims of a line that would go whole, and have no value. */
  missing(card: CardView, line: LineView): string[] {
    if (!this.goes(line) || this.coarser[line.id]) return [];
    return line.claims.filter((claim) => this.value(card, claim).is === "missing");
  }

  /** Claims that must still be typed. */
  get empty(): string[] {
    const missing = this.view.cards.flatMap((card) => card.lines.flatMap((line) => this.missing(card, line)));
    return missing.filter((claim) => !this.typed[claim]?.text.trim());
  }

  /** Lines that go. */
  get going(): LineView[] {
    return this.view.cards.flatMap((card) => card.lines).filter((line) => this.goes(line));
  }

  /** Whether a saved sensitive value goes whole. */
  get needsPassphrase(): boolean {
    return this.view.cards.some((card) =>
      card.lines.some((line) => {
        if (line.sensitive === null || !this.goes(line) || this.coarser[line.id]) return false;
        return line.claims.some((claim) => this.value(card, claim).is === "hidden");
      }),
    );
  }

  get canSend(): boolean {
    return this.view.check.is !== "failed" && this.empty.length === 0 && this.going.length > 0;
  }

  answer(secondStep: boolean): Answer {
    const going = this.going;
    const typed: Record<string, Typed> = {};
    for (const card of this.view.cards) {
      for (const claim of card.lines.flatMap((line) => this.missing(card, line))) {
        const entry = this.typed[claim];
        if (entry) typed[claim] = { text: entry.text.trim(), keep: entry.keep };
      }
    }
    return {
      request: this.view.request,
      revision: this.view.revision,
      recipients: { ...this.recipients },
      ticked: going.filter((line) => line.need === "your-choice").map((line) => line.id),
      coarser: Object.fromEntries(going.flatMap((line) => (this.coarser[line.id] ? [[line.id, this.coarser[line.id] ?? ""]] : []))),
      typed,
      as: this.as,
      secondStep,
    };
  }
}
