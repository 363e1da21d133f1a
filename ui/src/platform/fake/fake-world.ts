// What a story or a test changes about the believable world, and what it gets to hear. It must never be in what is shipped.
import type { Answer, Refusal } from "../answer";
import type { Change } from "../change";
import type { CommandError } from "../command-error";
import type { Found } from "../consent";
import type { CardDraft, Where } from "../data";
import type { StartView } from "../start";

export interface FakeWorld {
  start?: Partial<StartView>;
  /** What each request shows. */
  consent?: Found;
  empty?: boolean;
  relay?: "up" | "down" | "breaks";
  /** Whether the page that asked named a way back; it does unless said otherwise. */
  leadsBack?: boolean;
  /** By command, such as `consent.openPolicy`: how it fails. */
  fails?: Record<string, CommandError>;
  /** Commands that do not come back. */
  hangs?: string[];
}

export interface Heard {
  /** Every command that was called, such as `data.copy`. */
  commands: string[];
  answers: Answer[];
  refusals: { request: number; refusal: Refusal }[];
  saved: CardDraft[];
  marked: { where: Where; sensitive: boolean }[];
  /** Lets the wallet tell the window something. */
  tell(change: Change): void;
}

type Doors = Record<string, unknown>;

/** The same doors, each of which is heard, fails or hangs as the world says. */
export function arrange<T extends object>(doors: T, world: FakeWorld, heard: Heard, path = ""): T {
  const arranged = Object.entries(doors as Doors).map(([name, door]): [string, unknown] => {
    const place = path === "" ? name : `${path}.${name}`;
    if (typeof door !== "function") return [name, arrange(door as object, world, heard, place)];
    if (name === "watch") return [name, door];
    const called = (...parts: unknown[]): unknown => {
      heard.commands.push(place);
      const failure = world.fails?.[place];
      if (failure) return Promise.reject(failure);
      if (world.hangs?.includes(place)) return new Promise(() => undefined);
      return (door as (...parts: unknown[]) => unknown)(...parts);
    };
    return [name, called];
  });
  return Object.fromEntries(arranged) as T;
}
