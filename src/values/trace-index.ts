import { BareError } from './bare.js';
import { fromData, toData } from './data.js';
import { definePayload, firstVersion, type Payload } from './payload.js';
import { readTraceIndex, writeTraceIndex } from './schemas/trace-index-v1.generated.js';

/** What one chunk holds, so that a read can tell whether it needs it. */
export interface TraceIndexRecord {
  /** Length of the value that was indexed: with another one the entry says nothing about the chunk. */
  readonly chunkBytes: number;
  readonly recordCount: number;
  /** Time of the earliest and of the latest record, in nanoseconds since the Unix epoch. */
  readonly firstNs: bigint;
  readonly lastNs: bigint;
  /** Whether the trace and name of every record's span are told by the chunk itself. */
  readonly isSelfContained: boolean;
  /** {@link traceHash} of the trace ids and of the names of its spans, ascending, each once. */
  readonly traces: Uint32Array;
  readonly names: Uint32Array;
}

/** The value at key `07 01 T[2, bucketStartSec, chunkId]`. Hashes are u32, big-endian, in two `data`. */
export const traceIndexPayload: Payload<TraceIndexRecord> = definePayload({
  name: 'traces.index',
  versions: firstVersion(1, readTraceIndex),
  write: writeTraceIndex,
  toWire: ({ traces, names, ...record }: TraceIndexRecord) => ({
    ...record,
    traces: toData(hashBytes(traces)),
    names: toData(hashBytes(names)),
  }),
  fromWire: ({ traces, names, ...record }): TraceIndexRecord => ({
    ...record,
    traces: readHashes(fromData(traces)),
    names: readHashes(fromData(names)),
  }),
});

/** FNV-1a of 32 bits. */
export function traceHash(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

function hashBytes(hashes: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(4 * hashes.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < hashes.length; i++) {
    if (i > 0 && (hashes[i] as number) <= (hashes[i - 1] as number))
      throw new RangeError('hashes must ascend');
    view.setUint32(4 * i, hashes[i] as number);
  }
  return bytes;
}

function readHashes(bytes: Uint8Array): Uint32Array {
  if (bytes.length % 4 !== 0) throw new BareError(0, 'hashes are not of 4 bytes each');
  const hashes = new Uint32Array(bytes.length / 4);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let i = 0; i < hashes.length; i++) {
    hashes[i] = view.getUint32(4 * i);
    if (i > 0 && (hashes[i] as number) <= (hashes[i - 1] as number))
      throw new BareError(0, 'hashes do not ascend');
  }
  return hashes;
}
