import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { KeyspaceError } from '../errors.js';
import { BareError } from './bare.js';
import { fromData, toData } from './data.js';
import { definePayload, type Payload } from './payload.js';
import {
  type CompressedChunk,
  readCompressedChunk,
  writeCompressedChunk,
} from './schemas/trace-chunk-v2.generated.js';
import { type TraceChunkRecord, traceChunkPayload } from './trace-chunk.js';

/** Bytes that a compressed chunk may have when decompressed. */
export const TRACE_CHUNK_BYTES_MAX = 1_048_576;

/** How many times the compressed bytes the decompressed ones may be. */
const TRACE_COMPRESSION_RATIO_MAX = 100;

const DEFLATE = 1;
const VERSION = 2;

/** Version 2 alone: bytes of version 1, compressed. */
const compressedPayload: Payload<CompressedChunk> = definePayload({
  name: 'traces.chunk',
  versions: { min: VERSION, max: VERSION, read: (_version, cursor) => readCompressedChunk(cursor) },
  write: writeCompressedChunk,
  toWire: (record: CompressedChunk) => record,
  fromWire: (record: CompressedChunk) => {
    const { algorithm, chunkBytes, data } = record;
    if (algorithm !== DEFLATE) throw new BareError(0, `compression ${algorithm} is not known`);
    const bytesMax = Math.min(TRACE_CHUNK_BYTES_MAX, TRACE_COMPRESSION_RATIO_MAX * data.byteLength);
    if (chunkBytes > bytesMax)
      throw new BareError(0, `${chunkBytes} bytes are declared, the limit is ${bytesMax}`);
    return record;
  },
});

/**
 * Compresses an encoded chunk.
 *
 * @returns A new array, or undefined if the chunk would not be read again: too large or too repetitive.
 */
export function compressTraceChunk(chunk: Uint8Array): Uint8Array | undefined {
  const data = deflateRawSync(chunk, { level: 6 });
  if (chunk.length > Math.min(TRACE_CHUNK_BYTES_MAX, TRACE_COMPRESSION_RATIO_MAX * data.length))
    return undefined;
  return compressedPayload.encode({ algorithm: DEFLATE, chunkBytes: chunk.length, data: toData(data) });
}

/**
 * Decodes a chunk of any version. Decompresses to no more than {@link TRACE_CHUNK_BYTES_MAX} bytes and 100 times
 * the compressed ones.
 *
 * @throws {KeyspaceError} `value.malformed`; `value.version_unsupported`.
 */
export function decodeTraceChunk(bytes: Uint8Array): TraceChunkRecord {
  if (bytes.length < 2 || bytes[0] === traceChunkPayload.payloadVersionMax)
    return traceChunkPayload.decode(bytes);
  const { chunkBytes, data } = compressedPayload.decode(bytes);
  return traceChunkPayload.decode(inflate(fromData(data), chunkBytes));
}

function inflate(data: Uint8Array, chunkBytes: number): Uint8Array {
  let buffer: Uint8Array;
  let consumed: number;
  try {
    // One byte more than declared is enough to tell that there is more.
    const result = inflateRawSync(data, { maxOutputLength: chunkBytes + 1, info: true }) as unknown as {
      buffer: Uint8Array;
      engine: { bytesWritten: number };
    };
    buffer = result.buffer;
    consumed = result.engine.bytesWritten;
  } catch (error) {
    throw malformed('the compressed bytes are damaged, or more than declared', error);
  }
  if (buffer.length !== chunkBytes) throw malformed(`${chunkBytes} bytes are declared, not ${buffer.length}`);
  if (consumed !== data.length) throw malformed('bytes after the compressed ones');
  return buffer;
}

function malformed(reason: string, cause?: unknown): KeyspaceError {
  const details = { payload: 'traces.chunk', byteOffset: 0, reason };
  return new KeyspaceError('value.malformed', `traces.chunk is malformed: ${reason}`, details, { cause });
}
