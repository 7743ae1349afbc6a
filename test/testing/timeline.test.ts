import { describe, expect, test } from 'vitest';
import { Timeline } from '../../src/testing/simulation/timeline.js';

/** Three changes that each add their number to what was found, of which all went to the store. */
function timeline(): Timeline {
  const three = new Timeline([[]]);
  for (const number of [1, 2, 3]) three.add({ apply: ([numbers]) => [[...(numbers as number[]), number]] });
  three.delivered();
  return three;
}

describe('what may be stored', () => {
  test('is what was found with the first of the changes, in order', () => {
    for (const numbers of [[], [1], [1, 2], [1, 2, 3]]) expect(timeline().mayBeStored([numbers])).toBe(true);
    for (const numbers of [[2], [1, 3], [2, 1], [1, 2, 3, 4]]) {
      expect(timeline().mayBeStored([numbers])).toBe(false);
    }
  });

  test('has everything acknowledged', () => {
    const acknowledged = timeline();
    expect(acknowledged.acknowledge(2)).toBe(true);
    expect(acknowledged.possible()).toEqual([[[1, 2]], [[1, 2, 3]]]);
    expect([[], [1], [1, 2]].map((numbers) => acknowledged.mayBeStored([numbers]))).toEqual([
      false,
      false,
      true,
    ]);
  });

  test('has nothing that has not gone to the store', () => {
    const more = timeline();
    more.add({ apply: () => [['more']] });
    expect(more.mayBeStored([['more']])).toBe(false);
    more.delivered();
    expect(more.mayBeStored([['more']])).toBe(true);
  });

  test('has nothing that was refused, and what came after it', () => {
    const refused = timeline();
    refused.state(3);
    refused.refuse(1);
    expect(refused.mayBeStored([[1, 3]])).toBe(true);
    expect(refused.mayBeStored([[1, 2, 3]])).toBe(false);
  });

  test('changes no more once another owner has found it', () => {
    const found = timeline();
    found.seal();
    expect(found.mayBeStored([[1, 2]])).toBe(true);
    expect(found.mayBeStored([[1, 2, 3]])).toBe(false);
    found.add({ apply: () => [['late']] });
    found.delivered();
    expect(found.mayBeStored([['late']])).toBe(false);
    expect(found.acknowledge(2)).toBe(true);
    expect(found.acknowledge(3)).toBe(false);
  });

  test('may be nothing, once it may have been deleted', () => {
    const deleted = timeline();
    deleted.acknowledge(3);
    expect(deleted.mayBeStored([[]])).toBe(false);
    deleted.mayBeDeleted([[]]);
    expect([[[]], [[1, 2, 3]], [[1]]].map((state) => deleted.mayBeStored(state))).toEqual([
      true,
      true,
      false,
    ]);
  });
});

test('what changes nothing is acknowledged although it never went to the store', () => {
  const read = timeline();
  read.add({ apply: (state) => state });
  read.seal();
  expect(read.changes(3)).toBe(false);
  expect(read.acknowledge(4)).toBe(true);
  expect(read.mayBeStored([[1, 2, 3]])).toBe(true);
});
