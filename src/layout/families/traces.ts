import { LAYOUT_VERSION, NAMESPACE, TRACES } from '../constants.js';
import { defineKey } from '../define.js';
import { tupleElements, tupleUint } from '../tuple-fields.js';
import type { ReservedTupleKey } from './workflow.js';

const declared = {
  layouts: [1],
  status: 'current',
  prefix: [NAMESPACE.traces, LAYOUT_VERSION.traces],
} as const;

export type TraceChunkKey = { readonly bucketStartSec: number; readonly chunkId: number };

/** One chunk of trace records of the bucket that starts at `bucketStartSec`, in seconds since 1970. */
export const traceChunk = defineKey<TraceChunkKey>({
  ...declared,
  name: 'traces.chunk',
  tuple: [TRACES.chunks],
  fields: { bucketStartSec: tupleUint(), chunkId: tupleUint() },
  split: (key, write, target, offset) => write(target, offset, key.bucketStartSec, key.chunkId),
  join: (bucketStartSec, chunkId) => ({ bucketStartSec, chunkId }),
  payload: 'traces v1 Chunk',
  summary: 'one chunk of the records of a time bucket',
  example: { bucketStartSec: 1_771_898_400, chunkId: 1 },
  describe: ({ bucketStartSec, chunkId }) =>
    `Trace chunk ${chunkId} of the bucket that starts at second ${bucketStartSec}.`,
});

/** What the chunk of the same bucket and id holds. Rebuilt from the chunks; RivetKit has no such key. */
export const traceIndex = defineKey<TraceChunkKey>({
  ...declared,
  name: 'traces.index',
  tuple: [TRACES.index],
  fields: { bucketStartSec: tupleUint(), chunkId: tupleUint() },
  split: (key, write, target, offset) => write(target, offset, key.bucketStartSec, key.chunkId),
  join: (bucketStartSec, chunkId) => ({ bucketStartSec, chunkId }),
  payload: 'trace index v1',
  summary: 'what one chunk holds',
  example: { bucketStartSec: 1_771_898_400, chunkId: 1 },
  describe: ({ bucketStartSec, chunkId }) =>
    `Index of trace chunk ${chunkId} of the bucket that starts at second ${bucketStartSec}.`,
});

export const tracesReserved = defineKey<ReservedTupleKey>({
  ...declared,
  name: 'traces.reserved',
  status: 'reserved',
  tuple: [],
  fields: { part: tupleUint(TRACES.index + 1), elements: tupleElements },
  payload: 'not defined yet',
  summary: 'for later indexes',
  example: { part: 3, elements: [1_771_898_400] },
  describe: ({ part }) => `A key of part ${part} of the traces, reserved for a later version.`,
});
