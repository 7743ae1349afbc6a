import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes, equalBytes, fromHex, toHex } from '../../src/bytes/index.js';
import { isKeyspaceError } from '../../src/errors.js';
import {
  type ActorRecord,
  actorPayload,
  connectionPayload,
  definePayload,
  fileMetaPayload,
  firstVersion,
  layoutHeaderPayload,
  nextVersion,
  queueMessagePayload,
  queueMetadataPayload,
} from '../../src/values/index.js';
import { errorOf, mutated, plain, SAMPLES } from './support.js';

describe.each(SAMPLES)('$payload.name', ({ payload, records }) => {
  const encoded = records.map((record) => payload.encode(record));

  test('decodes to the record that was encoded', () => {
    fc.assert(
      fc.property(records, (record) => {
        expect(plain(payload.decode(payload.encode(record)))).toEqual(plain(record));
      }),
    );
  });

  test('starts with its newest version', () => {
    fc.assert(
      fc.property(encoded, (bytes) => {
        expect(new DataView(bytes.buffer).getUint16(0, true)).toBe(payload.payloadVersionMax);
      }),
    );
  });

  test('refuses every proper prefix, naming an offset inside it, and anything appended', () => {
    fc.assert(
      fc.property(encoded, fc.uint8Array({ minLength: 1, maxLength: 3 }), (bytes, extra) => {
        for (let length = 0; length < bytes.length; length++) {
          const { details } = errorOf('value.malformed', () => payload.decode(bytes.subarray(0, length)));
          expect(details.payload).toBe(payload.name);
          expect(details.byteOffset).toBeGreaterThanOrEqual(0);
          expect(details.byteOffset).toBeLessThanOrEqual(length);
        }
        const { details } = errorOf('value.malformed', () => payload.decode(concatBytes(bytes, extra)));
        expect(details.byteOffset).toBe(bytes.length);
      }),
      { numRuns: 30 },
    );
  });

  test('decodes damaged bytes to their own record, or refuses them with a documented error', () => {
    fc.assert(
      fc.property(mutated(encoded), (bytes) => {
        let record: unknown;
        try {
          record = payload.decode(bytes);
        } catch (error) {
          if (isKeyspaceError(error, 'value.malformed')) return;
          if (isKeyspaceError(error, 'value.version_unsupported')) return;
          throw error;
        }
        if (new DataView(bytes.buffer).getUint16(0, true) === payload.payloadVersionMax) {
          expect(toHex(payload.encode(record))).toBe(toHex(bytes));
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('refuses every other payload version, naming both', () => {
    const known = new Set<number>();
    for (let version = 0; version <= 0xffff; version += version < 0x200 ? 1 : 49) {
      const bytes = Uint8Array.of(version & 0xff, version >> 8);
      try {
        payload.decode(bytes);
      } catch (error) {
        if (isKeyspaceError(error, 'value.malformed')) known.add(version);
        else if (!isKeyspaceError(error, 'value.version_unsupported')) throw error;
        else {
          expect(error.details).toEqual({
            payload: payload.name,
            payloadVersion: version,
            payloadVersionMax: payload.payloadVersionMax,
          });
        }
      }
    }
    expect([Math.min(...known), Math.max(...known)]).toEqual([
      payload.payloadVersionMin,
      payload.payloadVersionMax,
    ]);
    expect(known.size).toBe(payload.payloadVersionMax - payload.payloadVersionMin + 1);
  });
});

describe('what a decoder refuses', () => {
  const actor = (hex: string) => () => actorPayload.decode(fromHex(`0400${hex.replaceAll(' ', '')}`));
  const connection = (headers: string) => () =>
    connectionPayload.decode(
      fromHex(`0400 00 00 00 00 00000000 00000000 0000 0000 00 ${headers}`.replaceAll(' ', '')),
    );

  test.each([
    ['a bool of 2', actor('00 02 00 00'), 3],
    ['an optional of 2', actor('02 00 00 00'), 2],
    ['a length in more bytes than needed', actor('00 00 8000 00'), 5],
    ['a list length in more bytes than needed', actor('00 00 00 8000'), 6],
    ['a length beyond 32 bits', actor('00 00 ffffffff1f'), 5],
    ['a list length beyond 53 bits', actor('00 00 00 ffffffffffffff7f'), 6],
    ['invalid UTF-8', actor('00 00 00 01 01ff 0000000000000000 00 00'), 6],
    ['a surrogate in UTF-8', actor('00 00 00 01 03eda080 0000000000000000 00 00'), 6],
    ['overlong UTF-8', actor('00 00 00 01 02c080 0000000000000000 00 00'), 6],
    ['a time beyond the safe integers', actor('00 00 00 01 00 0000000000002000 00 00'), 7],
    ['a duplicate header', connection('02 0161 00 0161 00'), 23],
  ])('%s', (_what, decode, byteOffset) => {
    expect(errorOf('value.malformed', decode).details.byteOffset).toBe(byteOffset);
  });

  test('the neighbours of those are accepted', () => {
    expect(actor('00 01 00 00')()).toMatchObject({ initialized: true });
    expect(actor('00 00 00 01 00 ffffffffffff1f00 00 00')()).toMatchObject({
      scheduledEvents: [{ dueAtMs: Number.MAX_SAFE_INTEGER }],
    });
    expect(connection('02 0161 00 0162 00')().requestHeaders.size).toBe(2);
  });

  test('a version 1 event of another kind', () => {
    const bytes = fromHex('0100 00 00 00 00 01 00 0000000000000000 01'.replaceAll(' ', ''));
    expect(errorOf('value.malformed', () => actorPayload.decode(bytes)).details.byteOffset).toBe(16);
  });
});

describe('what an encoder refuses', () => {
  const actor: ActorRecord = { initialized: true, state: new Uint8Array(), scheduledEvents: [] };
  const message = { name: 'jobs', body: new Uint8Array(), enqueuedAtMs: 0 };
  const connection = {
    ...{ id: '', parameters: new Uint8Array(), state: new Uint8Array(), subscriptions: [] },
    ...{ gatewayId: new Uint8Array(4), requestId: new Uint8Array(4), requestPath: '' },
    ...{ serverMessageIndex: 0, clientMessageIndex: 0, requestHeaders: new Map() },
  };
  const queue = { nextId: 1n, messageCount: 0 };

  test.each<[string, () => unknown]>([
    ['a lone surrogate', () => queueMessagePayload.encode({ ...message, name: '\ud800' })],
    [
      'a long text with one',
      () => queueMessagePayload.encode({ ...message, name: `${'a'.repeat(300)}\udc00` }),
    ],
    ['a fraction of a millisecond', () => queueMessagePayload.encode({ ...message, enqueuedAtMs: 0.5 })],
    ['an unsafe time', () => queueMessagePayload.encode({ ...message, enqueuedAtMs: 2 ** 53 })],
    ['no time', () => queueMessagePayload.encode({ ...message, enqueuedAtMs: Number.NaN })],
    ['a negative count', () => queueMessagePayload.encode({ ...message, failureCount: -1 })],
    ['a count of 33 bits', () => queueMetadataPayload.encode({ ...queue, messageCount: 2 ** 32 })],
    ['an id of 65 bits', () => queueMetadataPayload.encode({ ...queue, nextId: 2n ** 64n })],
    ['a negative id', () => queueMetadataPayload.encode({ ...queue, nextId: -1n })],
    ['a negative length', () => fileMetaPayload.encode({ fileBytes: -1 })],
    ['a layout of 17 bits', () => layoutHeaderPayload.encode({ layoutVersion: 0x1_0000 })],
    ['an index of 17 bits', () => connectionPayload.encode({ ...connection, serverMessageIndex: 0x1_0000 })],
    ['a short gateway id', () => connectionPayload.encode({ ...connection, gatewayId: new Uint8Array(3) })],
    ['a long request id', () => connectionPayload.encode({ ...connection, requestId: new Uint8Array(5) })],
  ])('%s', (_what, encode) => {
    expect(encode).toThrow(RangeError);
  });

  test('connections that an old actor had inside', () => {
    const embedded = { connections: [], webSockets: [] };
    expect(() => actorPayload.encode({ ...actor, embedded })).toThrow(TypeError);
  });

  test('but not lengths around each change of their own length', () => {
    for (const length of [0, 127, 128, 16_383, 16_384, 16_511, 20_000, 65_536, 2_097_151, 2_097_152]) {
      const state = new Uint8Array(length).fill(7);
      expect(equalBytes(actorPayload.decode(actorPayload.encode({ ...actor, state })).state, state)).toBe(
        true,
      );
    }
    for (const length of [1, 255, 256, 257, 16_384, 20_000]) {
      const name = '\ufeff'.padEnd(length, 'é');
      expect(queueMessagePayload.decode(queueMessagePayload.encode({ ...message, name })).name).toBe(name);
    }
  });
});

test('versions upgrade one by one, and only the newest is written', () => {
  const letter = (version: number) => () => [`read ${version}`];
  const step = (from: number) => (record: string[]) => [...record, `upgraded ${from}`];
  const payload = definePayload<string[], string>({
    name: 'chain',
    versions: nextVersion(nextVersion(firstVersion(7, letter(7)), letter(8), step(7)), letter(9), step(8)),
    write: () => undefined,
    toWire: (value) => [value],
    fromWire: (record) => record.join(', '),
  });
  expect([7, 8, 9].map((version) => payload.decode(Uint8Array.of(version, 0)))).toEqual([
    'read 7, upgraded 7, upgraded 8',
    'read 8, upgraded 8',
    'read 9',
  ]);
  expect(payload.encode('')).toEqual(Uint8Array.of(9, 0));
  expect([payload.payloadVersionMin, payload.payloadVersionMax]).toEqual([7, 9]);
});
