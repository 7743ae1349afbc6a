import type { StoreSubject } from '../../src/conformance/index.js';
import type { Store } from '../../src/store/index.js';
import { MemoryStore } from '../../src/stores/memory/index.js';
import { LMDB } from './lmdb/support.js';

const COMMIT_BYTES_MAX = 2_097_152;

export const MEMORY: readonly StoreSubject[] = [true, false].map((synchronousReads) => ({
  name: synchronousReads ? 'memory' : 'memory without synchronous reads',
  open: async () => ({ store: new MemoryStore({ synchronousReads, commitBytesMax: COMMIT_BYTES_MAX }) }),
}));

/** Every store of the package: what is tested of all of them is tested of these. */
export const STORES: readonly StoreSubject[] = [...MEMORY, LMDB];

/** Runs `use` on a fresh store, and closes and removes it whatever happens. */
export async function withStore({ open }: StoreSubject, use: (store: Store) => Promise<void>): Promise<void> {
  const { store, dispose } = await open();
  try {
    await use(store);
  } finally {
    await store.close();
    await dispose?.();
  }
}
