import { describe, test } from 'vitest';
import { fromHex } from '../../src/bytes/index.js';
import { rootedStore } from '../../src/store/index.js';
import { LMDB } from '../stores/lmdb/support.js';
import { assertStoreModel } from './store-commands.js';

const EFFORT = { runs: 60, commandsMax: 50 };

describe('lmdb', () => {
  test('any sequence of commands does what a plain map would', () => assertStoreModel(LMDB.open, EFFORT));

  test('so it does below a root', () =>
    assertStoreModel(async () => {
      const { store, reopen, dispose } = await LMDB.open();
      const rooted = (opened: typeof store) => rootedStore(opened, fromHex('01ff00'));
      return {
        store: rooted(store),
        reopen: async () => rooted(await reopen!()),
        dispose: async () => dispose?.(),
      };
    }, EFFORT));
});
