import { encodeUtf8, toHex } from '../bytes/index.js';
import { type TraceChunkRecord, type TraceIndexRecord, traceHash } from '../values/index.js';

/** What a chunk holds. */
export function indexOf(chunk: TraceChunkRecord, chunkBytes: number): TraceIndexRecord {
  const { baseUnixNs, strings, records } = chunk;
  const told = new Set<string>();
  const traces = new Set<number>();
  const names = new Set<number>();
  let firstNs: bigint | undefined;
  let lastNs = 0n;
  let isSelfContained = true;
  for (const { timeOffsetNs, body } of records) {
    const timeNs = BigInt.asUintN(64, baseUnixNs + timeOffsetNs);
    if (firstNs === undefined || timeNs < firstNs) firstNs = timeNs;
    if (timeNs > lastNs) lastNs = timeNs;
    const id = toHex(body.spanId);
    if (body.type === 'start' || body.type === 'snapshot') {
      told.add(id);
      traces.add(traceHash(body.traceId));
      names.add(traceHash(encodeUtf8(strings[body.name] as string)));
    } else if (!told.has(id)) {
      isSelfContained = false;
    }
  }
  return {
    ...{ chunkBytes, recordCount: records.length, firstNs: firstNs ?? 0n, lastNs, isSelfContained },
    ...{ traces: sorted(traces), names: sorted(names) },
  };
}

function sorted(hashes: ReadonlySet<number>): Uint32Array {
  return Uint32Array.from(hashes).sort();
}
