/**
 * Waiting for a transaction (docs/protocol.md section 12.1): by the relay's event stream, or, when a proxy holds that back or the relay
 * has no place for it, by asking again and again.
 */
import { createParser, type EventSourceMessage } from "eventsource-parser";

import { RelayProblem, RelayUnreachable } from "./refusal.js";
import { isTransactionState, type Relay, type TransactionState } from "./relay.js";
import { parseJsonObject } from "./wire/json.js";

/** Milliseconds. */
export interface Patience {
  /** For the first byte of a stream. Then it is given up, and nothing but asking is tried for this transaction. */
  first: number;
  /** For each further byte. A relay gives a sign of life every 15 s. */
  further: number;
  /** Between two questions, where no stream is to be had. */
  between: number;
  /** Until a relay that had no place for a stream, or cut one off, is tried again. */
  again: number;
}

export const PATIENCE: Patience = { first: 4_000, further: 40_000, between: 2_000, again: 30_000 };

/** The longest time between two streams, whatever a relay says. */
const LONGEST_RETRY = 30_000;
/** A stream says a few words: what is longer is none. */
const LARGEST_STREAM = 65_536;

interface Stream {
  /** What the relay said last about coming again, in milliseconds. */
  retry: number;
}

/** No byte came in time. */
class HeldBack extends Error {}

/**
 * The states of a transaction: the first at once, each further one when it comes, up to `answered` or `expired`. Ends early when `signal` does.
 * @throws RelayProblem, RelayUnreachable when asking for the transaction fails. Following it anew is safe.
 */
export async function* followTransaction(relay: Relay, id: string, signal: AbortSignal, patience: Patience = PATIENCE): AsyncGenerator<TransactionState, void, void> {
  let said: TransactionState | undefined;
  let streamFrom = Date.now();
  const isOver = (): boolean => said === "answered" || said === "expired";
  while (!signal.aborted && !isOver()) {
    if (Date.now() >= streamFrom) {
      const stream: Stream = { retry: patience.between };
      try {
        for await (const state of readStream(relay, id, said, signal, patience, stream)) {
          if (state !== said) yield (said = state);
          if (isOver()) return;
        }
        // The relay ended it, as it may: come again when it said.
        await pause(stream.retry, signal);
        continue;
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof RelayProblem && error.status < 500 && error.status !== 429) throw error;
        streamFrom = error instanceof HeldBack ? Infinity : Date.now() + patience.again;
      }
    }
    const state = await relay.transaction(id);
    if (state !== said) yield (said = state);
    if (!isOver()) await pause(patience.between, signal);
  }
}

async function* readStream(relay: Relay, id: string, said: TransactionState | undefined, signal: AbortSignal, patience: Patience, stream: Stream): AsyncGenerator<TransactionState, void, void> {
  const ends = new AbortController();
  const end = (): void => ends.abort();
  signal.addEventListener("abort", end);
  let timer = setTimeout(end, patience.first);
  let heard = false;
  try {
    const body = await relay.events(id, said, ends.signal);
    const states: TransactionState[] = [];
    const parser = createParser({
      onEvent: ({ data }: EventSourceMessage) => {
        const { state } = parseJsonObject(data);
        if (!isTransactionState(state)) throw new SyntaxError("not a state");
        states.push(state);
      },
      onRetry: (milliseconds) => {
        stream.retry = Math.min(milliseconds, LONGEST_RETRY);
      },
    });
    const decoder = new TextDecoder();
    let size = 0;
    for await (const bytes of body) {
      heard = true;
      size += bytes.length;
      if (size > LARGEST_STREAM) throw new RangeError("the stream is too long");
      clearTimeout(timer);
      timer = setTimeout(end, patience.further);
      parser.feed(decoder.decode(bytes, { stream: true }));
      yield* states.splice(0);
    }
  } catch (cause) {
    if (cause instanceof RelayProblem) throw cause;
    if (ends.signal.aborted && !heard) throw new HeldBack("no byte came in time", { cause });
    throw new RelayUnreachable("wait for a transaction", { cause });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
    end();
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}
