import type { TracesDriver, TracesOptions } from '@rivetkit/traces';
import { type ActorKeyspace, accessOf } from '../../keyspace/index.js';
import { traceChunk } from '../../layout/index.js';
import { VALUE_BYTES_MAX } from '../../store/index.js';
import { type TraceChunkRecord, type TraceRecordKey, traceChunkPayload } from '../../values/index.js';
import { KeySpace } from './key-space.js';

const PREFIX = Uint8Array.of(0x07, 0x01);
const SPACE = new KeySpace(PREFIX, traceChunk.range());

/** What `createTraces` of `@rivetkit/traces` needs to keep its chunks in the actor, each within the value limit. */
export function createTracesOptions(
  actor: ActorKeyspace,
): Required<Pick<TracesOptions<never>, 'driver' | 'targetChunkBytes' | 'maxChunkBytes'>> {
  return {
    driver: createTracesDriver(actor),
    targetChunkBytes: VALUE_BYTES_MAX / 2,
    maxChunkBytes: VALUE_BYTES_MAX,
  };
}

/**
 * Lets `@rivetkit/traces` keep its chunks in the actor. That package counts chunks from 0 after each start, so that a
 * restart within a bucket would overwrite the first ones: here they continue behind those that are there.
 *
 * @throws {TypeError} If it is no actor of this package.
 */
export function createTracesDriver(actor: ActorKeyspace): TracesDriver {
  const access = accessOf(actor);
  const shifts = new Map<number, number>();

  /** How many chunks of the bucket were there before this driver's first. */
  async function shiftOf(bucketStartSec: number): Promise<number> {
    let shift = shifts.get(bucketStartSec);
    if (shift === undefined) {
      shift = 0;
      for await (const { key } of access.scanSizes(traceChunk.range({ bucketStartSec }), {
        reverse: true,
        limit: 1,
      })) {
        shift = traceChunk.decode(key).chunkId + 1;
      }
      shifts.set(bucketStartSec, shift);
    }
    return shift;
  }

  async function batch(entries: { key: Uint8Array; value: Uint8Array }[]): Promise<void> {
    const shifted: [Uint8Array, Uint8Array][] = [];
    for (const { key, value } of entries) {
      const { bucketStartSec, chunkId } = traceChunk.decode(SPACE.stored(key));
      const shift = await shiftOf(bucketStartSec);
      const moved = traceChunk.encode({ bucketStartSec, chunkId: chunkId + shift });
      const record = traceChunkPayload.decode(value);
      shifted.push([moved, traceChunkPayload.encode(shiftReferences(record, shifts))]);
    }
    await access.write((writes) => {
      for (const [key, value] of shifted) writes.set(key, value);
    });
  }

  return {
    get: async (key) => (await access.get(SPACE.stored(key))) ?? null,
    set: (key, value) => batch([{ key, value }]),
    delete: (key) => access.write((writes) => writes.delete(SPACE.stored(key))),
    deletePrefix: (prefix) => access.write((writes) => writes.clearRange(SPACE.prefixRange(prefix))),
    list: (prefix) => SPACE.list(access, SPACE.prefixRange(prefix)),
    listRange: (begin, end, options) => SPACE.list(access, SPACE.range(begin, end), options),
    batch,
  };
}

function shiftReferences(chunk: TraceChunkRecord, shifts: ReadonlyMap<number, number>): TraceChunkRecord {
  const shiftKey = (key: TraceRecordKey): TraceRecordKey => {
    const shift = shifts.get(Number(key.bucketStartSec)) ?? 0;
    return { ...key, chunkId: key.chunkId + shift };
  };
  const activeSpans = chunk.activeSpans.map(({ spanId, startKey, latestSnapshotKey }) => ({
    spanId,
    startKey: shiftKey(startKey),
    ...(latestSnapshotKey && { latestSnapshotKey: shiftKey(latestSnapshotKey) }),
  }));
  return { ...chunk, activeSpans };
}
