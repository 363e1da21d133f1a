// What the person has chosen so far on the consent screen, and the answer it makes.
// It must never start with anything ticked, and never contain what was not shown.
import type { Answer, Typed } from "../../platform/answer";
import type { CardView, CoarserAnswer, CoarserView, ConsentView, LineView, RecipientView, ValueView } from "../../platform/consent";
import { valueTrouble } from "../../design/value-trouble";

const NOTHING: ValueView = { is: "missing" };

export class Choices {
  readonly view: ConsentView;
  recipients = $state<Record<string, string>>({});
  ticked = $state<Record<string, boolean>>({});
  coarser = $state<Record<string, string>>({});
  typed = $state<Record<string, Typed>>({});
  /** By line: the saved values are typed over. */
  over = $state<Record<string, boolean>>({});
  as = $state<"regular" | "stranger">("regular");

  constructor(view: ConsentView) {
    this.view = view;
    for (const card of view.cards) {
      this.recipients[card.kind] = card.recipients[0]?.id ?? "";
      // Less before more: whoever sends without looking sends the least that was asked for.
      for (const line of card.lines) this.coarser[line.id] = this.less(card, line)[0]?.id ?? "";
      for (const claim of card.lines.flatMap((line) => line.claims)) this.typed[claim] = { text: "", keep: true };
    }
  }

  recipient(card: CardView): RecipientView | undefined {
    return card.recipients.find((each) => each.id === this.recipients[card.kind]);
  }

  /** What was typed over the former recipient's values is not the next one's. */
  choose(card: CardView, recipient: string): void {
    for (const line of card.lines) if (this.over[line.id]) this.leave(line);
    this.recipients[card.kind] = recipient;
    for (const line of card.lines) {
      const possible = this.less(card, line);
      if (this.coarser[line.id] && !possible.some((each) => each.id === this.coarser[line.id])) {
        this.coarser[line.id] = possible[0]?.id ?? "";
      }
    }
  }

  /** What less of a line can go for the chosen recipient, the least first, and what the shop would read. */
  less(card: CardView, line: LineView): { id: string; kind: CoarserView["kind"]; answer: CoarserAnswer }[] {
    const recipient = this.recipients[card.kind] ?? "";
    return line.coarser.flatMap(({ id, kind, answers }) => {
      const answer = answers[recipient];
      return answer ? [{ id, kind, answer }] : [];
    });
  }

  value(card: CardView, claim: string): ValueView {
    return this.recipient(card)?.values[claim] ?? NOTHING;
  }

  goes(line: LineView): boolean {
    return line.need === "needed" || this.ticked[line.id] === true;
  }

  /** Whether the full values of a line go, and not less. */
  goesWhole(line: LineView): boolean {
    return this.goes(line) && !this.coarser[line.id];
  }

  /** Whether what is typed goes in place of what is saved. */
  isTypedOver(line: LineView): boolean {
    return this.goesWhole(line) && this.over[line.id] === true;
  }

  /** Starts from what is saved. What is typed goes this once, unless the person wants it kept. */
  typeOver(card: CardView, line: LineView): void {
    for (const claim of line.claims) {
      const value = this.value(card, claim);
      this.typed[claim] = { text: value.is === "shown" ? value.text : "", keep: false };
    }
    this.over[line.id] = true;
  }

  /** Back to what is saved. */
  leave(line: LineView): void {
    delete this.over[line.id];
    for (const claim of line.claims) this.typed[claim] = { text: "", keep: true };
  }

  /** Claims of a line that would go whole, and have no value. */
  missing(card: CardView, line: LineView): string[] {
    if (!this.goesWhole(line)) return [];
    return line.claims.filter((claim) => this.value(card, claim).is === "missing");
  }

  /** Claims of a line that go as they are typed. */
  typing(card: CardView, line: LineView): string[] {
    return this.isTypedOver(line) ? line.claims : this.missing(card, line);
  }

  get #allTyping(): string[] {
    return this.view.cards.flatMap((card) => card.lines.flatMap((line) => this.typing(card, line)));
  }

  /** Claims that must still be typed. */
  get empty(): string[] {
    return this.#allTyping.filter((claim) => !this.typed[claim]?.text.trim());
  }

  /** Claims that cannot go as they are typed: Rust would refuse them. */
  get unfit(): string[] {
    return this.#allTyping.filter((claim) => valueTrouble(claim, this.typed[claim]?.text ?? "") !== null);
  }

  /** Lines that go. */
  get going(): LineView[] {
    return this.view.cards.flatMap((card) => card.lines).filter((line) => this.goes(line));
  }

  /** Whether a saved sensitive value goes, whole or what follows from it. */
  get needsPassphrase(): boolean {
    return this.view.cards.some((card) =>
      card.lines.some((line) => {
        if (line.sensitive === null || !this.goes(line) || this.isTypedOver(line)) return false;
        const less = this.less(card, line).find((each) => each.id === this.coarser[line.id]);
        if (less) return less.answer.sensitive;
        return line.claims.some((claim) => this.value(card, claim).is === "hidden");
      }),
    );
  }

  get canSend(): boolean {
    return this.empty.length === 0 && this.unfit.length === 0 && this.going.length > 0;
  }

  answer(): Answer {
    const going = this.going;
    const typed = this.#allTyping.flatMap((claim) => {
      const entry = this.typed[claim];
      return entry ? [[claim, { text: entry.text.trim(), keep: entry.keep }] as const] : [];
    });
    return {
      request: this.view.request,
      revision: this.view.revision,
      recipients: { ...this.recipients },
      ticked: going.filter((line) => line.need === "your-choice").map((line) => line.id),
      coarser: Object.fromEntries(going.flatMap((line) => (this.coarser[line.id] ? [[line.id, this.coarser[line.id] ?? ""]] : []))),
      typed: Object.fromEntries(typed),
      as: this.as,
    };
  }
}
