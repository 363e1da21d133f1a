// What the person has chosen so far on the consent screen, and the answer it makes.
// It must never start with anything ticked, and never contain what was not shown.
import type { Answer, Typed } from "../../platform/answer";
import type { CardView, CoarserAnswer, CoarserView, ConsentView, LineView, RecipientView, ValueView } from "../../platform/consent";
import { valueTrouble } from "../../design/value-trouble";

const NOTHING: ValueView = { is: "missing" };

/** Something less that can go; without an answer it is typed. */
export interface Less { id: string; kind: CoarserView["kind"]; claims: string[]; answer: CoarserAnswer | null }

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
      for (const line of card.lines) {
        // What less is typed goes this once: the whole may be saved one day, and would say otherwise.
        for (const claim of line.coarser.flatMap((each) => each.claims)) this.typed[claim] = { text: "", keep: false };
        for (const claim of line.claims) this.typed[claim] = { text: "", keep: true };
      }
    }
    this.as = view.names === "stranger" ? "stranger" : "regular";
  }

  recipient(card: CardView): RecipientView | undefined {
    return card.recipients.find((each) => each.id === this.recipients[card.kind]);
  }

  /** What was typed over the former recipient's values is not the next one's. */
  choose(card: CardView, recipient: string): void {
    for (const line of card.lines) {
      if (this.over[line.id]) this.leave(line);
      for (const { claims } of line.coarser) for (const claim of claims) this.typed[claim] = { text: "", keep: line.claims.includes(claim) };
    }
    this.recipients[card.kind] = recipient;
  }

  /** What less of a line can go for the chosen recipient, the least first, and what the shop would read; what is not saved is typed. */
  less(card: CardView, line: LineView): Less[] {
    const recipient = this.recipients[card.kind] ?? "";
    return line.coarser.map(({ id, kind, claims, answers }) => ({ id, kind, claims, answer: answers[recipient] ?? null }));
  }

  /** What less goes of a line, if less does. */
  goesLess(card: CardView, line: LineView): Less | undefined {
    return this.goes(line) ? this.less(card, line).find((each) => each.id === this.coarser[line.id]) : undefined;
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
    const less = this.goesLess(card, line);
    if (less) return less.answer === null ? less.claims : [];
    return this.isTypedOver(line) ? line.claims : this.missing(card, line);
  }

  /** Whether a line would take something very personal to somebody of whom only a certificate is known: Rust refuses that. */
  isWithheld(card: CardView, line: LineView): boolean {
    const asSaved = this.view.foreign && this.goesWhole(line) && !this.isTypedOver(line);
    return asSaved && line.claims.some((claim) => this.value(card, claim).is === "hidden");
  }

  get withheld(): boolean {
    return this.view.cards.some((card) => card.lines.some((line) => this.isWithheld(card, line)));
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
    // Nothing of the kind goes there.
    if (this.view.foreign) return false;
    return this.view.cards.some((card) =>
      card.lines.some((line) => {
        if (line.sensitive === null || !this.goes(line) || this.isTypedOver(line)) return false;
        const less = this.goesLess(card, line);
        if (less) return less.answer?.sensitive ?? false;
        return line.claims.some((claim) => this.value(card, claim).is === "hidden");
      }),
    );
  }

  get canSend(): boolean {
    return this.empty.length === 0 && this.unfit.length === 0 && !this.withheld && this.going.length > 0;
  }

  answer(): Answer {
    const going = this.going;
    const typed = this.view.cards.flatMap((card) => card.lines.flatMap((line) => this.#typedOf(card, line)));
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

  #typedOf(card: CardView, line: LineView): [string, Typed][] {
    const isLess = this.goesLess(card, line) !== undefined;
    return this.typing(card, line).flatMap((claim): [string, Typed][] => {
      const entry = this.typed[claim];
      return entry ? [[claim, { text: entry.text.trim(), keep: entry.keep && !isLess }]] : [];
    });
  }
}
