import type { ActorAccess } from '../actor/index.js';
import { traceChunk, traceIndex } from '../layout/index.js';
import { traceIndexPayload } from '../values/index.js';
import { type ChunkSummary, readSummaries } from './read.js';

/** What to keep. Whole chunks are removed, the oldest first. */
export interface TraceRetention {
  /** Removes chunks whose last record is from before, in milliseconds since the Unix epoch. */
  readonly beforeMs?: number | undefined;
  /** Bytes that the values of chunks may have together. */
  readonly bytesMax?: number | undefined;
  /** Chunks removed at most in this call, 1 or more. Default 1,000. */
  readonly chunksMax?: number | undefined;
}

/** @returns How many chunks were removed, in one commit, and whether that was all there was to remove. */
export async function pruneTraces(
  access: ActorAccess,
  { beforeMs = 0, bytesMax = Number.POSITIVE_INFINITY, chunksMax = 1_000 }: TraceRetention,
): Promise<{ readonly chunks: number; readonly isDone: boolean }> {
  if (!(Number.isSafeInteger(chunksMax) && chunksMax >= 1)) {
    throw new RangeError(`chunksMax must be a whole number of 1 or more, not ${String(chunksMax)}`);
  }
  if (!(bytesMax >= 0)) throw new RangeError(`bytesMax must be 0 or more, not ${String(bytesMax)}`);
  const beforeNs = BigInt(Math.max(0, Math.trunc(beforeMs))) * 1_000_000n;
  return access.transaction(async (inner) => {
    let bytes = 0;
    if (bytesMax !== Number.POSITIVE_INFINITY) {
      for await (const { valueBytes } of inner.scanSizes(traceChunk.range())) bytes += valueBytes;
    }
    const removed: ChunkSummary[] = [];
    let isDone = true;
    for await (const summary of readSummaries(inner, {})) {
      const { index } = summary;
      if (index.lastNs >= beforeNs && bytes <= bytesMax) {
        // Those of one bucket overlap in time; without a limit of bytes later buckets may still have older ones.
        if (beforeNs === 0n) break;
        continue;
      }
      if (removed.length === chunksMax) {
        isDone = false;
        break;
      }
      removed.push(summary);
      bytes -= index.chunkBytes;
    }
    await inner.write((writes) => {
      for (const { key } of removed) {
        writes.delete(traceChunk.encode(key));
        writes.delete(traceIndex.encode(key));
      }
    });
    return { chunks: removed.length, isDone };
  });
}

/** Writes the index of every chunk that lacks a right one, and removes those of chunks that are gone. */
export function rebuildIndex(access: ActorAccess): Promise<number> {
  return access.transaction(async (inner) => {
    let count = 0;
    const wanted = new Set<string>();
    for await (const { key, index } of readSummaries(inner, {})) {
      const indexKey = traceIndex.encode(key);
      wanted.add(Buffer.from(indexKey).toString('hex'));
      const value = traceIndexPayload.encode(index);
      const stored = await inner.get(indexKey);
      if (stored !== undefined && Buffer.compare(stored, value) === 0) continue;
      count++;
      await inner.write((writes) => writes.set(indexKey, value));
    }
    const orphans: Uint8Array[] = [];
    for await (const { key } of inner.scanSizes(traceIndex.range())) {
      if (!wanted.has(Buffer.from(key).toString('hex'))) orphans.push(key);
    }
    await inner.write((writes) => {
      for (const key of orphans) writes.delete(key);
    });
    return count + orphans.length;
  });
}
