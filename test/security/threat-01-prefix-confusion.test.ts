import { describe, expect, test } from 'vitest';
import { compareBytes, startsWith, toHex } from '../../src/bytes/index.js';
import {
  decodePartition,
  encodeActorPartition,
  encodeKeyspacePartition,
  kvEntry,
} from '../../src/layout/index.js';

/** Every id here begins others, and the bytes beside a terminator (00, 01, fe, ff as UTF-8 has them) follow it. */
function idsThatBeginOthers(): string[] {
  const ends = ['', '\u0001', '\u0002', '\u007f', '\u0080', '\u00ff', '\uffff', '\u{10ffff}', 'b', '/', ' '];
  const ids = new Set<string>();
  for (let length = 1; ids.size < 200; length++) {
    for (const end of ends) ids.add('a'.repeat(length) + end);
  }
  return [...ids].slice(0, 200);
}

const ids = idsThatBeginOthers();
const roots = ['', 'a', 'aa', 'a\u0001', '\u0002', '\u007f'];

describe.each(roots)('under root %j', (root) => {
  const partitions = [...ids.map((id) => encodeActorPartition(id, root)), encodeKeyspacePartition(root)];

  test('no partition of 200 ids begins another, whatever the root', () => {
    const others = roots.flatMap((otherRoot) => [
      ...ids.map((id) => ({ of: `${otherRoot} ${id}`, bytes: encodeActorPartition(id, otherRoot) })),
      { of: `${otherRoot} keyspace`, bytes: encodeKeyspacePartition(otherRoot) },
    ]);
    const begun = partitions.map((partition) => others.filter(({ bytes }) => startsWith(bytes, partition)));
    // Each begins itself and nothing else.
    expect(begun.map((found) => found.length)).toEqual(new Array(201).fill(1));
    expect(others).toHaveLength(roots.length * 201);
  });

  test('actors order as their ids, so listing them is a scan', () => {
    const byBytes = [...partitions.slice(0, 200)]
      .sort(compareBytes)
      .map((bytes) => decodePartition(bytes).actorId);
    const byId = [...ids].sort((a, b) => compareBytes(Buffer.from(a), Buffer.from(b)));
    expect(byBytes).toEqual(byId);
  });

  test('edge keys of one are never keys of another', () => {
    const edges = ['', '00', '00ff', '01', '02', '14', 'fe', 'ff', 'ffff'].map((hex) =>
      Buffer.from(hex, 'hex'),
    );
    const stored = new Set<string>();
    for (const partition of partitions) {
      for (const userKey of edges) stored.add(toHex(partition) + toHex(kvEntry.encode({ userKey })));
    }
    expect(stored.size).toBe(partitions.length * edges.length);
  });
});

test('the ids that would begin others are refused', () => {
  for (const id of ['a\0', 'a\0b', '\0']) expect(() => encodeActorPartition(id)).toThrow('NUL');
});
