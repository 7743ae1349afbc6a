import { describe, expect, test } from 'vitest';
import { type CursorScope, decodeCursor, encodeCursor } from '../../src/actor/index.js';
import { KeyspaceError } from '../../src/errors.js';
import { openKeyspace } from '../../src/keyspace/index.js';
import { encodeActorPartition } from '../../src/layout/index.js';
import { onEveryStore, openActor } from '../keyspace/support.js';

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const INVALID = { code: 'cursor.invalid' };

onEveryStore((open) => {
  test("one actor's cursor is refused by every other actor and root", async () => {
    const { actor, keyspace, store } = await openActor(open);
    const fill = [...'abcdef'].map((key) => [key, key] as const);
    await actor.kv.setMany(fill);
    const { cursor } = await actor.kv.page({ limit: 3 });
    expect((await actor.kv.page({ cursor })).entries).toHaveLength(3);
    const rooted = await openKeyspace({ store, root: 'r', sharedStore: true });
    const others = await Promise.all([
      ...['b', 'aa', 'a\u0001'].map((id) => keyspace.openActor(id)),
      rooted.openActor('a'),
    ]);
    for (const other of others) {
      await other.kv.setMany(fill);
      await expect(other.kv.page({ cursor })).rejects.toMatchObject(INVALID);
      await other.transaction(async ({ kv }) => {
        await expect(kv.page({ cursor })).rejects.toMatchObject(INVALID);
      });
    }
    const reader = await keyspace.openActor('a', { readOnly: true });
    expect((await reader.kv.page({ cursor })).entries).toHaveLength(3);
  });

  test('one that was changed anywhere is refused', async () => {
    const { actor } = await openActor(open);
    await actor.kv.setMany([...'abcdef'].map((key) => [key, key]));
    for (const reverse of [false, true]) {
      const { cursor } = await actor.kv.page({ limit: 3, reverse });
      for (const changed of changes(cursor as string)) {
        await expect(actor.kv.page({ cursor: changed, reverse })).rejects.toMatchObject(INVALID);
      }
      await expect(actor.kv.page({ cursor, reverse: !reverse })).rejects.toMatchObject(INVALID);
      expect((await actor.kv.page({ cursor, reverse })).entries).toHaveLength(3);
    }
  });
});

describe('a cursor', () => {
  const scope: CursorScope = {
    partition: encodeActorPartition('a'),
    namespace: 4,
    layoutVersion: 1,
    reverse: false,
  };
  const key = Uint8Array.of(4, 0x61, 0xff);

  test('is good for exactly its scope', () => {
    const cursor = encodeCursor(scope, key);
    expect(decodeCursor(scope, cursor)).toEqual(key);
    const others: Partial<CursorScope>[] = [
      { partition: encodeActorPartition('b') },
      { partition: encodeActorPartition('a', 'r') },
      { namespace: 5 },
      { layoutVersion: 0 },
      { layoutVersion: 2 },
      { reverse: true },
    ];
    for (const other of others) expectInvalid({ ...scope, ...other }, cursor);
  });

  test('is refused with any change, and never echoed', () => {
    const cursor = encodeCursor(scope, key);
    for (const changed of changes(cursor)) {
      const error = expectInvalid(scope, changed);
      if (changed.length > 8) expect(error.message).not.toContain(changed);
    }
  });

  test('of any length is refused or followed, never a crash', async () => {
    const long = encodeCursor(scope, new Uint8Array(1_000_000).fill(4));
    expect(decodeCursor(scope, long)).toHaveLength(1_000_000);
    expectInvalid(scope, 'A'.repeat(1_000_000));
  });

  function expectInvalid(given: CursorScope, cursor: string): KeyspaceError {
    let caught: unknown;
    try {
      decodeCursor(given, cursor);
    } catch (error) {
      caught = error;
    }
    expect(caught, cursor.slice(0, 80)).toMatchObject(INVALID);
    return caught as KeyspaceError;
  }
});

onEveryStore((open) => {
  test('a forged cursor with an endless key reaches nothing', async () => {
    const { actor } = await openActor(open);
    await actor.kv.setMany([...'abc'].map((key) => [key, key]));
    const partition = encodeActorPartition('a');
    for (const reverse of [false, true]) {
      const scope = { partition, namespace: 4, layoutVersion: 1, reverse };
      const within = encodeCursor(scope, new Uint8Array(1_000_000).fill(4));
      const { entries } = await actor.kv.page({ cursor: within, reverse });
      expect(entries).toHaveLength(reverse ? 0 : 3);
      for (const first of [0, 3, 5, 255]) {
        const beyond = encodeCursor(scope, Uint8Array.of(first, 0));
        await expect(actor.kv.page({ cursor: beyond, reverse })).rejects.toBeInstanceOf(KeyspaceError);
      }
    }
  });
});

/** Every flip of a bit, every other character in each place, and what else a text can suffer. */
function changes(cursor: string): string[] {
  const bytes = Buffer.from(cursor, 'base64url');
  const changed = [
    '',
    'A',
    ' ',
    `${cursor}A`,
    `${cursor}=`,
    `${cursor}\n`,
    ` ${cursor}`,
    cursor.slice(1),
    `${cursor}${cursor}`,
  ];
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = Buffer.from(bytes);
    flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
    changed.push(flipped.toString('base64url'));
  }
  for (let length = 0; length < cursor.length; length++) changed.push(cursor.slice(0, length));
  for (let at = 0; at < cursor.length; at++) {
    for (const character of `${BASE64URL}+/=. `) {
      if (character !== cursor[at]) changed.push(cursor.slice(0, at) + character + cursor.slice(at + 1));
    }
  }
  return changed;
}
