import { describe, test } from 'vitest';
import { fromHex } from '../../src/bytes/index.js';
import { rootedStore } from '../../src/store/index.js';
import { MEMORY } from '../stores/support.js';
import { assertStoreModel } from './store-commands.js';

const EFFORT = { runs: 300, commandsMax: 60 };

describe.each(MEMORY)('$name', ({ open }) => {
  test('any sequence of commands does what a plain map would', () => assertStoreModel(open, EFFORT));

  test('so it does below a root', () =>
    assertStoreModel(async () => {
      const { store } = await open();
      return { store: rootedStore(store, fromHex('01ff00')) };
    }, EFFORT));
});
