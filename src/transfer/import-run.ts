import { isKeyspaceError } from '../errors.js';
import { encodeKeyspacePartition, keyspaceDue } from '../layout/index.js';
import type { Store, Write } from '../store/index.js';
import { USAGE_RECORD_BYTES, type UsageRecord, usagePayload } from '../values/index.js';
import { type ActorContent, MARKER_KEY, USAGE_KEY } from './actor-tally.js';
import { InFlight } from './in-flight.js';
import type { ExportItem } from './read-export.js';
import { TargetActor } from './target-actor.js';

const BATCH_BYTES_MAX = 1_024 * 1_024;
const BATCH_WRITES_MAX = 1_000;

const KEYSPACE = encodeKeyspacePartition();
const NO_BYTES = new Uint8Array(0);

/** Keys and values of what {@link ImportRun.publish} writes for one actor. */
export function publishBytes(actorId: string, wakeAtMs: number | undefined): number {
  return MARKER_KEY.length + (wakeAtMs === undefined ? 0 : keyspaceDue.keyBytes({ wakeAtMs, actorId }));
}

/** Payload version, length, an id, and which claim it is of. */
const MARKER_BYTES_MAX = 2 + 1 + 64 + 1 + 16;

/** What an import adds to an actor's entries, and at most to their bytes. */
export const ADDED = {
  entries: 2,
  bytes: MARKER_KEY.length + MARKER_BYTES_MAX + USAGE_KEY.length + USAGE_RECORD_BYTES,
};

/** Writes actors that nobody can open, and shows all of them at once. */
export class ImportRun {
  readonly #store: Store;
  readonly #importId: string;
  readonly #inFlight = new InFlight();
  readonly #actors: TargetActor[] = [];
  #batch: Write[] = [];
  #batchBytes = 0;

  constructor(store: Store, importId: string) {
    this.#store = store;
    this.#importId = importId;
  }

  /** Accepts what the export has next. Throws what failed of what was accepted before. */
  async accept(item: Exclude<ExportItem, { type: 'end' }>): Promise<void> {
    switch (item.type) {
      case 'actor':
        this.#actors.push(new TargetActor(this.#store, item.actorId, item.partition, this.#importId));
        return;
      case 'entry':
        return this.#set(item.key, item.value);
      case 'actorEnd':
        return this.#endActor(item.content);
    }
  }

  /**
   * Once everything is written, in one commit: either every actor appears or none.
   *
   * @throws {KeyspaceError} `commit.check_failed` if somebody else has taken one of them.
   */
  async publish(): Promise<void> {
    await this.#inFlight.end();
    const actors = this.#actors;
    if (actors.length === 0) return;
    const writes = actors.flatMap(({ actorId, partition, wakeAtMs }): Write[] => {
      const unmark: Write = { type: 'delete', partition, key: MARKER_KEY };
      if (wakeAtMs === undefined) return [unmark];
      const key = keyspaceDue.encode({ wakeAtMs, actorId });
      return [unmark, { type: 'set', partition: KEYSPACE, key, value: NO_BYTES }];
    });
    // Unfenced, so that the markers are compared where they are removed.
    await this.#store.commit({ checks: actors.map(({ check }) => check), writes });
  }

  /**
   * Removes what was written, if it is not published.
   *
   * @returns Of how many actors it could not be removed.
   */
  async rollBack(): Promise<number> {
    await this.#inFlight.end().catch(() => {});
    let left = 0;
    const removals = new InFlight();
    for (const actor of this.#actors) {
      const removed = () =>
        actor.remove().catch((error: unknown) => {
          if (!isKeyspaceError(error, 'commit.check_failed')) left++;
        });
      await removals.add(0, removed);
    }
    await removals.end();
    return left;
  }

  async #set(key: Uint8Array, value: Uint8Array): Promise<void> {
    const bytes = key.length + value.length;
    // The actor's last batch is kept until its end, to be written with its usage.
    if (this.#batchBytes + bytes > BATCH_BYTES_MAX || this.#batch.length >= BATCH_WRITES_MAX) {
      await this.#send();
    }
    this.#batch.push({ type: 'set', partition: this.#actor.partition, key, value });
    this.#batchBytes += bytes;
  }

  async #endActor({ layout, usage, wakeAtMs }: ActorContent): Promise<void> {
    this.#actor.wakeAtMs = wakeAtMs;
    // Layout 0 has no such record.
    if (layout !== 0) {
      const value = usagePayload.encode(withItself(usage));
      this.#batch.push({ type: 'set', partition: this.#actor.partition, key: USAGE_KEY, value });
    }
    await this.#send();
  }

  async #send(): Promise<void> {
    const actor = this.#actor;
    const writes = this.#batch;
    const bytes = this.#batchBytes;
    this.#batch = [];
    this.#batchBytes = 0;
    await this.#inFlight.add(bytes, () => actor.write(writes));
  }

  get #actor(): TargetActor {
    return this.#actors.at(-1) as TargetActor;
  }
}

/** The usage of an actor that has the record, too. */
function withItself({ namespaces }: UsageRecord): UsageRecord {
  const bytes = USAGE_KEY.length + USAGE_RECORD_BYTES;
  const [system, ...others] = namespaces;
  if (system === undefined) throw new RangeError('usage has no namespaces');
  return {
    namespaces: [{ keyCount: system.keyCount + 1, bytes: system.bytes + bytes }, ...others],
  };
}
