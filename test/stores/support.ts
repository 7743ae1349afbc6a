import type { StoreSubject } from '../../src/conformance/index.js';
import { MemoryStore } from '../../src/stores/memory.js';

const COMMIT_BYTES_MAX = 2_097_152;

export const MEMORY: readonly StoreSubject[] = [true, false].map((synchronousReads) => ({
  name: synchronousReads ? 'memory' : 'memory without synchronous reads',
  open: async () => ({ store: new MemoryStore({ synchronousReads, commitBytesMax: COMMIT_BYTES_MAX }) }),
}));

/** Every store of the package: what is tested of all of them is tested of these. */
export const STORES: readonly StoreSubject[] = [...MEMORY];
