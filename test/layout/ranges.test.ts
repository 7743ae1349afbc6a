import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { startsWith, toHex } from '../../src/bytes/index.js';
import {
  connection,
  kvEntry,
  type Location,
  queueMessage,
  sqliteChunk,
  traceChunk,
  workflowHistory,
  workflowReserved,
} from '../../src/layout/index.js';
import { edgeBytes, familyNamed, fieldsOf, inRange } from './support.js';

function hex({ begin, end }: { begin: Uint8Array; end: Uint8Array }): [string, string] {
  return [toHex(begin), toHex(end)];
}

describe('history under a location', () => {
  const locations = fieldsOf(familyNamed('workflow.history')).map(({ location }) => location as Location);

  function isUnder(location: Location, parent: Location): boolean {
    return (
      location.length >= parent.length &&
      parent.every((segment, index) => JSON.stringify(segment) === JSON.stringify(location[index]))
    );
  }

  test('is the entry and everything below it, and nothing beside it', () => {
    fc.assert(
      fc.property(locations, locations, fc.boolean(), (parent, other, extend) => {
        const location = extend ? [...parent, ...other] : other;
        const key = workflowHistory.encode({ location });
        expect(inRange(key, workflowHistory.range({ location: parent }))).toBe(isUnder(location, parent));
        expect(inRange(key, workflowHistory.rangeWithin({ location: parent }))).toBe(
          isUnder(location, parent) && location.length > parent.length,
        );
      }),
      { numRuns: 2_000 },
    );
  });

  test('finished turns of a loop are from turn 0 to the first one kept', () => {
    const turn = (iteration: number): Uint8Array =>
      workflowHistory.encode({ location: [0, { loop: 0, iteration }] });
    const range = { begin: turn(0), end: turn(300) };
    const at = (iteration: number): Uint8Array =>
      workflowHistory.encode({ location: [0, { loop: 0, iteration }, 7] });
    expect([0, 1, 255, 256, 299].every((iteration) => inRange(at(iteration), range))).toBe(true);
    expect([300, 301, 65_536].some((iteration) => inRange(at(iteration), range))).toBe(false);
  });

  test('the root has the whole family', () => {
    expect(hex(workflowHistory.range({ location: [] }))).toEqual(hex(workflowHistory.range()));
    expect(hex(workflowHistory.range())).toEqual(['06011502', '06011502ff']);
    expect(hex(workflowHistory.rangeWithin({ location: [] }))).toEqual(['0601150200', '06011502ff']);
  });
});

test('user keys that begin with given bytes, all ff too', () => {
  fc.assert(
    fc.property(edgeBytes({ maxLength: 3 }), edgeBytes({ maxLength: 6 }), (prefix, userKey) => {
      const key = kvEntry.encode({ userKey });
      expect(inRange(key, kvEntry.range({ userKey: prefix }))).toBe(startsWith(userKey, prefix));
      expect(inRange(key, kvEntry.rangeWithin({ userKey: prefix }))).toBe(
        startsWith(userKey, prefix) && userKey.length > prefix.length,
      );
    }),
    { numRuns: 2_000 },
  );
  expect(hex(kvEntry.range({ userKey: Uint8Array.of(0xff, 0xff) }))).toEqual(['04ffff', '05']);
});

test('documented bounds', () => {
  expect(hex(kvEntry.range())).toEqual(['04', '05']);
  expect(hex(connection.range())).toEqual(['02', '03']);
  expect(hex(queueMessage.range())).toEqual(['050102', '050103']);
  expect(hex(queueMessage.range({ id: 1n }))).toEqual(['0501020000000000000001', '050102000000000000000100']);
  expect(hex(sqliteChunk.range({ fileTag: 1 }))).toEqual(['08010101', '08010102']);
  expect(hex(traceChunk.range({ bucketStartSec: 3_600 }))).toEqual(['07011501160e10', '07011501160e10ff']);
  expect(hex(workflowReserved.range())).toEqual(['06011506', '0601ff']);
  expect(hex(workflowReserved.rangeWithin({}))).toEqual(['06011506', '0601ff']);
});

test('a gap, an unknown field and a bad value are refused', () => {
  expect(() => sqliteChunk.range({ chunkIndex: 1 })).toThrow(TypeError);
  expect(() => sqliteChunk.range({ fileKind: 1 } as never)).toThrow(TypeError);
  expect(() => sqliteChunk.range({ fileTag: 4 })).toThrow(RangeError);
  expect(hex(sqliteChunk.range({ fileTag: undefined } as never))).toEqual(hex(sqliteChunk.range()));
});
