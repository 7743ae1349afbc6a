import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { repeatAwaited } from '../harness/repeat.mjs';
import { openOurs } from '../peers/keyspace.mjs';
import { openLmdb } from '../peers/lmdb.mjs';

export const title = 'Blobs: stored, read, swept and collected';

/** What fills pages of LMDB with the checksum that ours has. */
const CHUNK_BYTES = 65_508;
const DAY_MS = 86_400_000;
const SIZES = { '64 KB': 65_508, '1 MB': 1_000_000, '10 MB': 10_000_000 };

export async function* rows(context) {
  yield* stored(context);
  yield* collected(context);
}

async function* stored({ folder, random }) {
  const { keyspace } = await openOurs(join(folder, 'ours'));
  const lmdb = openLmdb(join(folder, 'lmdb'));
  try {
    const { blobs } = await keyspace.openActor('actor-1', { quotaBytes: Number.POSITIVE_INFINITY });
    for (const [size, byteCount] of Object.entries(SIZES)) {
      const bytes = random.bytes(byteCount);
      let at = 0;
      // Other bytes each time, or nothing would be written.
      const next = () => {
        new DataView(bytes.buffer, bytes.byteOffset).setFloat64(0, ++at);
        return bytes;
      };
      const shared = { unit: 'time', sampleMs: 400 };
      yield {
        ...shared,
        name: `put, ${size}`,
        ours: repeatAwaited(async () => {
          const { digest } = await blobs.put(next());
          return digest;
        }, [undefined]),
        references: { 'hash and lmdb put': repeatAwaited(() => putRaw(lmdb, next()), [undefined]) },
      };
      const { digest } = await blobs.put(bytes, { holder: 'bench' });
      const key = await putRaw(lmdb, bytes);
      yield {
        ...shared,
        name: `get, ${size}`,
        ours: repeatAwaited(() => blobs.get(digest), [undefined]),
        references: {
          'lmdb get and hash': repeatAwaited(async () => getRaw(lmdb, key, byteCount), [undefined]),
        },
      };
      yield {
        ...shared,
        name: `put of what is there, ${size}`,
        ours: repeatAwaited(() => blobs.put(bytes, { holder: 'bench' }), [undefined]),
        references: { 'hash and lmdb put': repeatAwaited(() => putRaw(lmdb, next()), [undefined]) },
      };
    }
  } finally {
    await keyspace.close();
    await lmdb.close();
  }
}

async function putRaw(lmdb, bytes) {
  const digest = createHash('sha256').update(bytes).digest();
  let written;
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    written = lmdb.set(chunkKey(digest, at), bytes.subarray(at, at + CHUNK_BYTES));
  }
  await written;
  return digest;
}

function getRaw(lmdb, digest, byteCount) {
  const hash = createHash('sha256');
  const bytes = new Uint8Array(byteCount);
  for (let at = 0; at < byteCount; at += CHUNK_BYTES) {
    const chunk = lmdb.data.getBinary(chunkKey(digest, at));
    hash.update(chunk);
    bytes.set(chunk, at);
  }
  if (!hash.digest().equals(digest)) throw new Error('damaged');
  return bytes;
}

function chunkKey(digest, at) {
  const key = Buffer.alloc(36);
  digest.copy(key);
  key.writeUInt32BE(at / CHUNK_BYTES, 32);
  return key;
}

/** Milliseconds for each, at several numbers, and the memory that it takes. */
async function* collected({ folder, quick }) {
  for (const count of quick ? [1_000, 10_000] : [1_000, 10_000, 100_000]) {
    const { sweepMs, gcMs, gcBytes } = await measureGc(join(folder, `gc-${count}`), count);
    const shared = { references: {} };
    yield { ...shared, name: `sweep, each of ${count}`, unit: 'ms', ours: () => sweepMs / count };
    yield { ...shared, name: `gc, each of ${count}`, unit: 'ms', ours: () => gcMs / count };
    yield { ...shared, name: `memory of gc, of ${count}`, unit: 'bytes', ours: () => gcBytes };
  }
}

async function measureGc(folder, count) {
  let nowMs = 1_750_000_000_000;
  const clock = { nowMs: () => nowMs, monotonicMs: () => performance.now(), after: () => () => {} };
  const { keyspace } = await openOurs(folder, { clock });
  try {
    const { blobs } = await keyspace.openActor('a');
    await blobs.put('held', { holder: 'h' });
    const puts = [];
    for (let at = 0; at < count; at++) {
      puts.push(blobs.put(`blob ${at}`, { holder: 'x', ttlMs: 1_000, durability: 'deferred' }));
      if (puts.length === 1_000) await Promise.all(puts.splice(0));
    }
    await Promise.all(puts);
    nowMs += 2_000;
    const sweepMs = await timed(async () => {
      while ((await blobs.sweep({ limit: 5_000 })).hasMore);
    });
    nowMs += 2 * DAY_MS;
    const before = process.memoryUsage();
    let most = 0;
    const gcMs = await timed(() =>
      blobs.collect({
        onProgress: () => {
          const { heapUsed, arrayBuffers } = process.memoryUsage();
          most = Math.max(most, heapUsed + arrayBuffers - before.heapUsed - before.arrayBuffers);
        },
      }),
    );
    return { sweepMs, gcMs, gcBytes: most };
  } finally {
    await keyspace.close();
  }
}

async function timed(run) {
  const begunMs = performance.now();
  await run();
  return performance.now() - begunMs;
}
