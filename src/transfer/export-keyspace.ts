import { compareBytes, concatBytes, equalBytes } from '../bytes/index.js';
import { type IdSource, randomIds } from '../clock.js';
import { isKeyspaceError, KeyspaceError } from '../errors.js';
import {
  decodePartition,
  encodeActorPartition,
  encodeRoot,
  LAYOUT_VERSION_CURRENT,
} from '../layout/index.js';
import { type KeyRange, rootedStore, type Snapshot, type Store, WHOLE_PARTITION } from '../store/index.js';
import { importMarkerPayload } from '../values/index.js';
import { ActorTally, MARKER_KEY, USAGE_KEY } from './actor-tally.js';
import { ExportChain } from './chain.js';
import { EXPORT_FORMAT_VERSION } from './format.js';
import { Meter, type TransferCounts } from './progress.js';

export interface ExportOptions {
  readonly store: Store;
  /** Name of the keyspace's root, if it has one. The export does not keep it. */
  readonly root?: string | undefined;
  /** Only these, each of which must exist. Default: every actor. */
  readonly actorIds?: readonly string[] | undefined;
  /** Ends the export where it is. */
  readonly signal?: AbortSignal | undefined;
  /** Called now and then, and with the totals at the end. What it throws ends the export. */
  readonly onProgress?: ((progress: ExportProgress) => void) | undefined;
  /** Where the export's id is from. Default: random. */
  readonly ids?: IdSource | undefined;
}

/** How much of an export is written. */
export interface ExportProgress extends TransferCounts {
  /** Actors left out, since an import of them has not ended. */
  readonly incompleteActors: number;
}

/**
 * Writes actors as one moment has them, in the format of EXPORT.md. Nothing is claimed: their owners go on.
 *
 * Only an export that ended is one: importing refuses what lacks its end. An actor whose import has not ended is
 * left out, since nobody could open it yet.
 *
 * @returns The export line by line, each with its line feed; memory does not grow with it. A store may limit for
 * how long it can be read (LMDB: `snapshotMsMax`).
 * @throws {TypeError | RangeError} On a root or actor ids of the wrong type; a root that is too long.
 * @throws {KeyspaceError} `export.refused` for an actor with an entry that cannot be read or that no import
 * would take, with the reason as `cause`; `actor.not_found`, `actor.id_invalid` or `actor.incomplete` for one
 * that was asked for; `snapshot.expired`, `store.closed`, or what the store throws. Why the signal was aborted.
 *
 * @example
 * await pipeline(exportKeyspace({ store }), createWriteStream('actors.jsonl'));
 */
export async function* exportKeyspace(options: ExportOptions): AsyncGenerator<string, void, undefined> {
  const { store, root, actorIds, signal, onProgress, ids = randomIds } = options;
  const view = rootedStore(store, encodeRoot(root));
  const chosen = actorIds === undefined ? undefined : actorPartitions(actorIds);
  signal?.throwIfAborted();
  const snapshot = await view.snapshot();
  try {
    const run = new ExportRun(snapshot, signal, onProgress);
    yield* run.lines(chosen, ids.newId());
  } finally {
    snapshot.close();
  }
}

/** All but the usage record, which may even be damaged: it is counted anew. */
const EXPORTED: readonly KeyRange[] = [
  { begin: WHOLE_PARTITION.begin, end: USAGE_KEY },
  { begin: concatBytes(USAGE_KEY, Uint8Array.of(0)) },
];

class ExportRun {
  readonly #snapshot: Snapshot;
  readonly #signal: AbortSignal | undefined;
  readonly #chain = new ExportChain();
  readonly #meter: Meter;
  #incompleteActors = 0;

  constructor(snapshot: Snapshot, signal: AbortSignal | undefined, onProgress: ExportOptions['onProgress']) {
    this.#snapshot = snapshot;
    this.#signal = signal;
    this.#meter = new Meter((counts) =>
      onProgress?.({ ...counts, incompleteActors: this.#incompleteActors }),
    );
  }

  async *lines(chosen: readonly Uint8Array[] | undefined, exportId: string): AsyncGenerator<string> {
    const chain = this.#chain;
    yield chain.seal({
      type: 'begin',
      format: 'actor-keyspace export',
      formatVersion: EXPORT_FORMAT_VERSION,
      layoutVersion: LAYOUT_VERSION_CURRENT,
      exportId,
    });
    for await (const partition of chosen ?? this.#snapshot.listPartitions()) {
      const { actorId } = decodePartition(partition);
      if (actorId !== undefined) yield* this.#actor(partition, actorId, chosen !== undefined);
    }
    yield chain.seal({ type: 'end', ...this.#meter.counts, sha256: chain.sha256() });
    this.#meter.tell();
  }

  async *#actor(partition: Uint8Array, actorId: string, isChosen: boolean): AsyncGenerator<string> {
    try {
      const marker = await this.#snapshot.get(partition, MARKER_KEY);
      if (marker !== undefined) {
        if (isChosen) throw incomplete(marker);
        this.#incompleteActors++;
        return;
      }
      const isFound = yield* this.#entries(partition, actorId);
      if (isChosen && !isFound)
        throw new KeyspaceError('actor.not_found', `there is no actor ${shortened(actorId)}`, { actorId });
    } catch (error) {
      throw refused(error, actorId);
    }
  }

  /** @returns Whether there are any. */
  async *#entries(partition: Uint8Array, actorId: string): AsyncGenerator<string, boolean> {
    const chain = this.#chain;
    let tally: ActorTally | undefined;
    for (const range of EXPORTED) {
      for await (const { key, value } of this.#snapshot.scan(partition, range)) {
        this.#signal?.throwIfAborted();
        if (tally === undefined) yield chain.seal({ type: 'actor', actorId });
        tally ??= new ActorTally();
        tally.add(key, value);
        yield chain.seal({ type: 'entry', key, value });
        this.#meter.entry(key, value);
      }
    }
    if (tally === undefined) return false;
    const { entries, bytes, sha256 } = tally.end();
    yield chain.seal({ type: 'actorEnd', entries, bytes, sha256 });
    this.#meter.actor();
    return true;
  }
}

/** In the order that an export has them, each once. */
function actorPartitions(actorIds: readonly string[]): Uint8Array[] {
  if (!Array.isArray(actorIds)) throw new TypeError('actorIds must be an array');
  const sorted = actorIds.map((actorId) => encodeActorPartition(actorId)).sort(compareBytes);
  return sorted.filter((partition, index) => {
    const before = sorted[index - 1];
    return before === undefined || !equalBytes(before, partition);
  });
}

function incomplete(marker: Uint8Array): KeyspaceError<'actor.incomplete'> {
  const { importId } = importMarkerPayload.decode(marker);
  return new KeyspaceError('actor.incomplete', 'an import of the actor has not ended', { importId });
}

/** What lies with the actor itself is told with its id; the store's own failures are not. */
const OF_ACTOR: ReadonlySet<string> = new Set([
  'value.corrupt',
  'key.malformed',
  'value.malformed',
  'value.version_unsupported',
  'layout.unsupported',
  'layout.mixed',
]);

function refused(error: unknown, actorId: string): unknown {
  if (!isKeyspaceError(error) || !OF_ACTOR.has(error.code)) return error;
  const message = `actor ${shortened(actorId)} cannot be exported`;
  return new KeyspaceError('export.refused', message, { actorId }, { cause: error });
}

function shortened(actorId: string): string {
  return JSON.stringify(actorId.length > 60 ? `${actorId.slice(0, 60)}…` : actorId);
}
