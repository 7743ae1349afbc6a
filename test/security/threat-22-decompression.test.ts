import { brotliCompressSync, deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { concatBytes, fromHex } from '../../src/bytes/index.js';
import { accessOf, openKeyspace } from '../../src/keyspace/index.js';
import { traceChunk } from '../../src/layout/index.js';
import { MemoryStore } from '../../src/stores/memory/index.js';
import { compressTraceChunk, decodeTraceChunk, TRACE_CHUNK_BYTES_MAX } from '../../src/values/index.js';
import { errorOf } from '../values/support.js';

const ZEROES = new Uint8Array(64 * 1024 ** 2);

/** A chunk of payload version 2 that declares so many bytes. */
function compressed(data: Uint8Array, chunkBytes: number, algorithm = 1): Uint8Array {
  const head = Buffer.alloc(7);
  head.writeUInt16LE(2, 0);
  head[2] = algorithm;
  head.writeUInt32LE(chunkBytes, 3);
  const length: number[] = [];
  let rest = data.length;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) length.push((rest % 128) | 0x80);
  return concatBytes(head, Uint8Array.from([...length, rest]), data);
}

const refused = (bytes: Uint8Array) =>
  errorOf('value.malformed', () => decodeTraceChunk(bytes)).details.reason;
const empty = fromHex('0100 0000000000000000 00 00 00'.replaceAll(' ', ''));

describe('22: a decompression bomb in a trace chunk', () => {
  const bomb = deflateRawSync(ZEROES);

  test.each([
    ['that declares what it has', bomb, ZEROES.length],
    ['that declares the most there may be', bomb, TRACE_CHUNK_BYTES_MAX],
    ['that declares little', bomb, 100],
    ['inside another', deflateRawSync(bomb), bomb.length],
    ['of another kind: gzip', gzipSync(ZEROES), 1_000],
    ['of another kind: brotli', brotliCompressSync(ZEROES), 1_000],
  ])('%s is refused, and takes no memory', (_what, data, chunkBytes) => {
    const before = process.memoryUsage().arrayBuffers;
    const bytes = compressed(data, chunkBytes);
    for (let i = 0; i < 20; i++) refused(bytes);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(ZEROES.length);
  });

  test('is refused by its ratio, however small', () => {
    const data = deflateRawSync(new Uint8Array(100_000));
    expect(refused(compressed(data, 100_000))).toContain('the limit is');
    expect(compressTraceChunk(new Uint8Array(100_000))).toBeUndefined();
  });

  test('and so are other lengths than declared, other kinds and bytes after the end; what is right is not', () => {
    const data = deflateRawSync(empty);
    expect(decodeTraceChunk(compressed(data, empty.length)).records).toEqual([]);
    refused(compressed(data, empty.length - 1));
    refused(compressed(data, empty.length + 1));
    refused(compressed(concatBytes(data, Uint8Array.of(0)), empty.length));
    refused(compressed(data.subarray(0, -1), empty.length));
    refused(compressed(data, empty.length, 2));
    refused(concatBytes(compressed(data, empty.length), Uint8Array.of(0)));
  });

  test('fails the read that meets it with a typed error', async () => {
    const actor = await (await openKeyspace({ store: new MemoryStore() })).openActor('a');
    const key = traceChunk.encode({ bucketStartSec: 0, chunkId: 0 });
    await accessOf(actor).write((writes) => writes.set(key, compressed(bomb, TRACE_CHUNK_BYTES_MAX)));
    await expect(actor.traces.page()).rejects.toMatchObject({ code: 'value.malformed' });
  });
});
