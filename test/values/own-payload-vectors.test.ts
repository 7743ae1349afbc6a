import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../src/bytes/index.js';
import { USAGE_RECORD_BYTES, type UsageRecord, writeUsageRecord } from '../../src/values/index.js';
import { readJson } from '../structure/files.js';
import { plain, SAMPLES } from './support.js';

const { vectors } = readJson('test/vectors/own-payloads.json') as {
  vectors: { payload: string; valueHex: string; record: unknown }[];
};

describe("payloads of the library's own", () => {
  test('are all there', () => {
    expect(new Set(vectors.map(({ payload }) => payload))).toEqual(
      new Set([
        'system.layout_header',
        'system.usage',
        'system.wake',
        'system.import_marker',
        'queue.state',
        'queue.pending',
        'queue.idempotency',
        'queue.dead_letter',
        'queue.response',
        'queue.quarantine',
        'blobs.descriptor',
        'blobs.reference',
        'blobs.retirement',
        'blobs.root',
        'blobs.upload',
        'blobs.pass',
        'field',
        'workflow.message',
        'traces.index',
      ]),
    );
  });

  test('usage is written in place as it is encoded', () => {
    for (const { valueHex, record } of vectors.filter(({ payload }) => payload === 'system.usage')) {
      const { namespaces } = record as UsageRecord;
      const target = new Uint8Array(USAGE_RECORD_BYTES).fill(0xff);
      writeUsageRecord(
        target,
        namespaces.map(({ keyCount }) => keyCount),
        namespaces.map(({ bytes }) => bytes),
      );
      expect(toHex(target)).toBe(valueHex);
    }
  });

  test.each(vectors)('$payload $valueHex', ({ payload: name, valueHex, record }) => {
    const payload = SAMPLES.find((sample) => sample.payload.name === name)?.payload;
    const decoded = payload?.decode(fromHex(valueHex));
    expect(plain(decoded)).toEqual(record);
    expect(toHex(payload?.encode(decoded) as Uint8Array)).toBe(valueHex);
  });
});
