import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../src/bytes/index.js';
import {
  decodeCbor,
  encodeCbor,
  fileMetaPayload,
  queueMessagePayload,
  queueMetadataPayload,
} from '../../src/values/index.js';
import { readJson } from '../structure/files.js';
import { plain, SAMPLES } from './support.js';

const payloads = readJson('test/vectors/payloads.json') as {
  vectors: { payload: string; payloadVersion: number; name: string; valueHex: string; fields: unknown }[];
};
const keys = readJson('test/vectors/rivetkit-keys.json') as {
  vectors: { kind: string; sub: string; input: Record<string, unknown>; value_hex: string }[];
};

const payloadOf = (name: string) => {
  const found = SAMPLES.find(({ payload }) => payload.name === name);
  if (found === undefined) throw new Error(`no payload ${name}`);
  return found.payload;
};

describe('payloads of the published packages', () => {
  test('are all there', () => {
    expect(payloads.vectors.map(({ payload, payloadVersion }) => `${payload} ${payloadVersion}`)).toEqual([
      ...['actor 1', 'actor 1', 'actor 2', 'actor 2', 'actor 2'],
      ...['actor 3', 'actor 3', 'actor 4', 'actor 4', 'actor 4'],
      ...['connection 3', 'connection 3', 'connection 4', 'connection 4'],
      ...['queue.message 4', 'queue.message 4', 'queue.message 4', 'queue.metadata 4'],
      ...Array.from({ length: 5 }, () => ['workflow.entry 1', 'workflow.entry_metadata 1']).flat(),
      ...Array.from({ length: 11 }, () => 'workflow.entry 1'),
      ...Array.from({ length: 4 }, () => 'traces.chunk 1'),
    ]);
  });

  test.each(payloads.vectors)('$payload version $payloadVersion, $name', (vector) => {
    const payload = payloadOf(vector.payload);
    const bytes = fromHex(vector.valueHex);
    const record = payload.decode(bytes);
    expect(plain(record)).toEqual(vector.fields);
    if (vector.payloadVersion === payload.payloadVersionMax) {
      expect(toHex(payload.encode(record))).toBe(vector.valueHex);
    }
  });

  test('share no memory with the record, even inside a larger Buffer', () => {
    for (const vector of payloads.vectors) {
      const payload = payloadOf(vector.payload);
      const bytes = Buffer.concat([Buffer.from('ff', 'hex'), fromHex(vector.valueHex)]).subarray(1);
      const record = payload.decode(bytes);
      bytes.fill(0);
      expect(plain(record)).toEqual(vector.fields);
    }
  });
});

describe('values beside the published keys', () => {
  const values = keys.vectors.filter(({ kind }) => kind === 'value');

  test('are all there', () => {
    expect(values.map(({ sub }) => sub)).toEqual([
      'queue.metadata',
      ...['queue.message', 'queue.message', 'queue.message'],
      ...['sqlite.meta', 'sqlite.meta'],
    ]);
  });

  test.each(values)('$sub $input', ({ sub, input, value_hex: hex }) => {
    if (sub === 'queue.metadata') {
      const record = { nextId: BigInt(input.nextId as string), messageCount: input.size as number };
      expect(queueMetadataPayload.decode(fromHex(hex))).toEqual(record);
      expect(toHex(queueMetadataPayload.encode(record))).toBe(hex);
    } else if (sub === 'sqlite.meta') {
      const record = { fileBytes: Number(input.size) };
      expect(fileMetaPayload.decode(fromHex(hex))).toEqual(record);
      expect(toHex(fileMetaPayload.encode(record))).toBe(hex);
    } else {
      const body = fromHex(input.body_cbor_hex as string);
      const record = {
        name: input.name as string,
        body,
        enqueuedAtMs: input.createdAt as number,
        ...(input.availableAt !== undefined && { availableAtMs: input.availableAt as number }),
      };
      expect(plain(queueMessagePayload.decode(fromHex(hex)))).toEqual(plain(record));
      expect(toHex(queueMessagePayload.encode(record))).toBe(hex);
      if (input.body_json !== undefined) expect(decodeCbor(body)).toEqual(input.body_json);
      expect(toHex(encodeCbor(decodeCbor(body)))).toBe(toHex(body));
    }
  });
});
