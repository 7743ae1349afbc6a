import { DUE_PARTITION } from '../actor/index.js';
import { concatBytes } from '../bytes/index.js';
import { keyspaceDue } from '../layout/index.js';
import type { Reader } from '../store/index.js';

/** An actor that has something to do, and since when or from when on. */
export interface DueActor {
  readonly actorId: string;
  /** Milliseconds since the Unix epoch, 0 or more. */
  readonly wakeAtMs: number;
}

/** Entries read in one go: whoever wakes actors between two of them keeps no instant of the store alive. */
const PAGE = 100;

/**
 * The actors that have something to do until `nowMs` inclusive, the longest due first. Entries that change
 * meanwhile may show as they were or as they are.
 *
 * @throws {KeyspaceError} `key.malformed`, if something else is among the keys; what the store throws.
 */
export async function* readDue(reader: Reader, nowMs: number): AsyncGenerator<DueActor, void, undefined> {
  let { begin, end } = keyspaceDue.range();
  for (;;) {
    const page: Uint8Array[] = [];
    for await (const { key } of reader.scanSizes(DUE_PARTITION, { begin, end }, { limit: PAGE }))
      page.push(key);
    for (const key of page) {
      const { wakeAtMs, actorId } = keyspaceDue.decode(key);
      if (wakeAtMs > nowMs) return;
      yield { actorId, wakeAtMs };
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    begin = concatBytes(last, Uint8Array.of(0));
  }
}

/** The first actor that will have something to do, or has. @throws As {@link readDue}. */
export async function readNextDue(reader: Reader): Promise<DueActor | undefined> {
  for await (const due of readDue(reader, Number.POSITIVE_INFINITY)) return due;
  return undefined;
}

/** Where one actor is in the index, found by reading all of it. @throws As {@link readDue}. */
export async function findDueAtMs(reader: Reader, actorId: string): Promise<number | undefined> {
  for await (const due of readDue(reader, Number.POSITIVE_INFINITY)) {
    if (due.actorId === actorId) return due.wakeAtMs;
  }
  return undefined;
}
