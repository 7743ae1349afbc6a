import { test } from 'vitest';
import { fromHex } from '../../../src/bytes/index.js';
import { rootedStore } from '../../../src/store/index.js';
import { assertStoreModel } from '../../model/store-commands.js';
import { LMDB } from './support.js';

const EFFORT = { runs: 60, commandsMax: 40 };

test('any sequence of commands does what a plain map would', () => assertStoreModel(LMDB.open, EFFORT));

test('so it does below a root', () =>
  assertStoreModel(async () => {
    const { store, dispose } = await LMDB.open();
    return { store: rootedStore(store, fromHex('01ff00')), ...(dispose && { dispose }) };
  }, EFFORT));
