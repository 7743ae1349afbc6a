import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../src/bytes/index.js';
import { isKeyspaceError } from '../../src/errors.js';
import {
  decodeKey,
  decodeKeyspaceKey,
  decodePartition,
  encodeActorPartition,
  encodeKeyspacePartition,
  fieldsToJson,
} from '../../src/layout/index.js';
import { ALL_FAMILIES, type Fields, familyNamed, fieldsFromJson } from './support.js';

interface Vectors {
  readonly vectors: readonly { family: string; fields: Fields; keyHex: string }[];
  readonly refused: readonly { partition: 'actor' | 'keyspace'; keyHex: string; why: string }[];
  readonly partitions: readonly { root: string; actorId: string | null; partitionHex: string }[];
}

const file = new URL('../vectors/keys.json', import.meta.url);
const { vectors, refused, partitions } = JSON.parse(readFileSync(file, 'utf8')) as Vectors;

test('there are vectors of every family, and never fewer than there were', () => {
  expect(new Set(vectors.map(({ family }) => family))).toEqual(new Set(ALL_FAMILIES.map(({ name }) => name)));
  expect(vectors.length).toBeGreaterThanOrEqual(175);
  expect(refused.length).toBeGreaterThanOrEqual(82);
  expect(partitions.length).toBeGreaterThanOrEqual(9);
  const hex = vectors.map(({ family, keyHex }) => `${familyNamed(family).partition} ${keyHex}`);
  expect(new Set(hex).size).toBe(hex.length);
});

test.each(vectors)('$family $keyHex', ({ family: name, fields: json, keyHex }) => {
  const family = familyNamed(name);
  const fields = fieldsFromJson(family, json);
  expect(toHex(family.encode(fields))).toBe(keyHex);
  expect(family.decode(fromHex(keyHex))).toEqual(fields);
  expect(fieldsToJson(fields)).toEqual(json);
  const decode = family.partition === 'actor' ? decodeKey : decodeKeyspaceKey;
  expect(decode(fromHex(keyHex))).toMatchObject({ family: name, fields, status: family.status });
});

test.each(refused)('refused: $why ($keyHex)', ({ partition, keyHex }) => {
  let thrown: unknown;
  try {
    (partition === 'actor' ? decodeKey : decodeKeyspaceKey)(fromHex(keyHex));
  } catch (error) {
    thrown = error;
  }
  expect(isKeyspaceError(thrown, 'key.malformed')).toBe(true);
});

describe('partitions', () => {
  test.each(partitions)('$partitionHex', ({ root, actorId, partitionHex }) => {
    if (actorId === null) {
      expect(toHex(encodeKeyspacePartition(root))).toBe(partitionHex);
      expect(decodePartition(fromHex(partitionHex))).toEqual({ root, keyspace: true });
    } else {
      expect(toHex(encodeActorPartition(actorId, root))).toBe(partitionHex);
      expect(decodePartition(fromHex(partitionHex))).toEqual({ root, actorId });
    }
  });
});
