import { describe, expect, test } from 'vitest';
import type { ActorKeyspace } from '../../src/keyspace/actor-keyspace.js';
import { OpenActors } from '../../src/keyspace/open-actors.js';

const actor = (id: string, epoch?: number) => ({ id, epoch }) as ActorKeyspace;

describe('what a keyspace has to close', () => {
  test('is the newest claim of each actor, in whatever order claims arrive', () => {
    const open = new OpenActors();
    const [first, second, other] = [actor('a', 1), actor('a', 2), actor('b', 1)];
    for (const opened of [second, other, first]) open.add(opened);
    expect(open.all()).toEqual([second, other]);
    open.delete(first);
    expect(open.all()).toEqual([second, other]);
    open.delete(second);
    expect(open.all()).toEqual([other]);
    open.add(actor('b', 2));
    expect(open.all()).toEqual([actor('b', 2)]);
  });

  test('is every reader', () => {
    const open = new OpenActors();
    const readers = [actor('a'), actor('a')];
    for (const reader of readers) open.add(reader);
    expect(open.all()).toEqual(readers);
    open.delete(readers[0] as ActorKeyspace);
    expect(open.all()).toEqual([readers[1]]);
  });
});
