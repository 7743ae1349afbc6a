import { constants } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { CAN_INJECT } from './abilities.js';
import { type Fault, faultyDisk } from './faults/faulty-disk.js';
import { actor, StoreFolders, set, utf8 } from './support.js';

const { ENOSPC, EDQUOT, EIO } = constants.errno;
const FAULTS: readonly [operation: Fault['operation'], name: string, errno: number][] = [
  ...Object.entries({ ENOSPC, EDQUOT, EIO }).flatMap(
    ([name, errno]) =>
      [
        ['meta', name, errno],
        ['sync', name, errno],
      ] as const,
  ),
  // What a write that is cut short is to the engine.
  ['data', 'EIO', EIO],
] as typeof FAULTS;
const ROUNDS = 10;
const SIZES: readonly [actors: number, how: string][] = [
  [1, 'fenced'],
  [20, 'fenced'],
  [1, 'checked'],
  [20, 'mixed'],
];

const folders = new StoreFolders();

let environmentOf: (fault: Fault) => NodeJS.ProcessEnv;
let folder: string;

beforeEach(async () => {
  folder = await folders.make();
  if (CAN_INJECT) environmentOf = faultyDisk(folder);
});

/** What the codes of the commits that were not acknowledged may be. */
function expectedCodes(operation: string, errno: string): RegExp {
  // What ends a commit was not written, or was and is not known to be; the engine then fails for good.
  if (operation === 'meta') return /^commit\.unknown,store\.failed$/;
  return errno === 'EIO' ? /^commit\.unknown(,store\.failed)?$/ : /^store\.full$/;
}

test.runIf(CAN_INJECT).each(FAULTS)(
  'a disk that fails once in %s with %s: all settles, the store closes, and what was acknowledged is there',
  async (operation, name, errno) => {
    await Promise.all(
      SIZES.map(async ([actors, how]) => {
        const path = join(folder, `store-${actors}-${how}`);
        const environment = environmentOf({ operation, path: `${path}/data.mdb`, errno });
        const child = folders.childIn(environment, 'faults.mjs', path, `${actors}`, how);
        const { acknowledged, codes, faulty } = JSON.parse(await child.hear());
        expect(faulty).toBe(true);
        expect(Object.keys(codes).sort().join()).toMatch(expectedCodes(operation, name));
        const refused = Object.values<number>(codes).reduce((sum, count) => sum + count, 0);
        expect(acknowledged.length + refused).toBe(actors * ROUNDS);

        // The process that failed still lives: it must hold nobody up.
        const store = await folders.open({ path });
        for (const line of acknowledged) {
          const [partition, key] = line.split(' ');
          expect(store.sync.get(actor(partition), utf8(key))).toEqual(utf8('value'));
        }
        const fence = await store.claim(actor('actor-0'));
        await store.commit({ fences: [fence], writes: [set(actor('actor-0'), 'after', 'value')] });
        child.say('reopen');
        const reopened = await child.hear();
        const { code, signal, stderr } = await child.exit;
        expect({ code, signal, unhandled: stderr.includes('unhandled') }).toEqual({
          code: 0,
          signal: null,
          unhandled: false,
        });
        // With one commit at a time the engine has answered all, and can be closed.
        if (actors === 1 || operation !== 'meta') expect(reopened).toBe('reopened');
        else expect(reopened).toMatch(/^(reopened|store\.failed)$/);
      }),
    );
  },
);

test.runIf(CAN_INJECT)('an opener flushes the entry of a store that it did not make', async () => {
  const parent = join(folder, 'parent');
  const path = join(parent, 'store');
  await (await folders.open({ path })).close();
  const environment = environmentOf({ operation: 'folder', path: '/parent', errno: EIO });
  const child = folders.childIn(environment, 'open-faulty.mjs', path);
  expect(await child.hear()).toBe('store.failed');
  expect(await child.hear()).toBe('opened');
});
