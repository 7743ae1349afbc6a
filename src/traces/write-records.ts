import type { ActorAccess } from '../actor/index.js';
import { type TraceChunkKey, traceChunk, traceIndex } from '../layout/index.js';
import { VALUE_BYTES_MAX } from '../store/index.js';
import { TRACE_CHUNK_BYTES_MAX, type TraceChunkRecord, traceIndexPayload } from '../values/index.js';
import { type ActiveSpans, buildChunk, encodeChunk } from './chunk-writer.js';
import type { DraftRecord } from './draft-record.js';
import { indexOf } from './index-record.js';

export type ActiveState = ActiveSpans;

/** Bytes of records that one chunk takes, as estimated: what snapshots add must fit beside them. */
const CHUNK_TARGET_BYTES = VALUE_BYTES_MAX / 2;
const COMPRESSED_TARGET_BYTES = TRACE_CHUNK_BYTES_MAX / 4;

/**
 * Writes records as chunks behind those that their buckets have, with the index of each, in one commit.
 *
 * @param active Stays as it is.
 * @throws {KeyspaceError} As every write of an actor.
 */
export async function writeRecords(
  access: ActorAccess,
  records: readonly DraftRecord[],
  active: ActiveState,
  compress: boolean,
): Promise<{ readonly active: ActiveState; readonly chunks: number }> {
  return access.transaction(async (inner) => {
    let open: ActiveState = active;
    let chunks = 0;
    const bytesMax = compress ? COMPRESSED_TARGET_BYTES : CHUNK_TARGET_BYTES;
    for (const [bucketStartSec, bucket] of byBucket(records)) {
      let chunkId = await nextChunkId(inner, bucketStartSec);
      const waiting = [...cut(bucket, bytesMax)].reverse();
      for (let group = waiting.pop(); group !== undefined; group = waiting.pop()) {
        const trial: ActiveState = new Map(open);
        // A record that is alone since there was no room for more leaves none for others' spans either.
        const repeatsActive = chunkId === 0 && (group.length > 1 || open.size <= 1);
        const chunk = buildChunk(group, { bucketStartSec, chunkId }, trial, repeatsActive);
        const value = encodeChunk(chunk, compress);
        if (value.length > VALUE_BYTES_MAX && group.length > 1) {
          const half = group.length >>> 1;
          waiting.push(group.slice(half), group.slice(0, half));
          continue;
        }
        await writeChunk(inner, { bucketStartSec, chunkId }, chunk, value);
        open = trial;
        chunkId++;
        chunks++;
      }
    }
    return { active: open, chunks };
  });
}

function writeChunk(
  access: ActorAccess,
  place: TraceChunkKey,
  chunk: TraceChunkRecord,
  value: Uint8Array,
): Promise<void> {
  return access.write((writes) => {
    writes.set(traceChunk.encode(place), value);
    writes.set(traceIndex.encode(place), traceIndexPayload.encode(indexOf(chunk, value.length)));
  });
}

async function nextChunkId(access: ActorAccess, bucketStartSec: number): Promise<number> {
  for await (const { key } of access.scanSizes(traceChunk.range({ bucketStartSec }), {
    reverse: true,
    limit: 1,
  })) {
    return traceChunk.decode(key).chunkId + 1;
  }
  return 0;
}

/** Records in their order, by bucket, the earliest first. */
function byBucket(records: readonly DraftRecord[]): [number, readonly DraftRecord[]][] {
  const buckets = new Map<number, DraftRecord[]>();
  for (const record of records) {
    const bucket = buckets.get(record.bucketStartSec);
    if (bucket === undefined) buckets.set(record.bucketStartSec, [record]);
    else bucket.push(record);
  }
  return [...buckets].sort(([a], [b]) => a - b);
}

/** Cut where a chunk is full, as far as estimates tell. */
function* cut(
  records: readonly DraftRecord[],
  bytesMax: number,
): Generator<readonly DraftRecord[], void, undefined> {
  let group: DraftRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    if (group.length > 0 && bytes + record.bytes > bytesMax) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(record);
    bytes += record.bytes;
  }
  yield group;
}
