import { toHex } from '../../src/bytes/index.js';
import type { Store } from '../../src/store/index.js';
import { dump, MARKER_KEY } from './support.js';

/** What the test makes of one operation of the store: done, never done, or done and its reply lost. */
export type Fate = 'done' | 'failed' | 'lost';

/** A store whose operations the test is asked about, one by one. */
export function watched(inner: Store, decide: (operation: string) => Fate | Promise<Fate>): Store {
  const failed = (operation: string) => new Error(`the test failed ${operation}`);
  const call = async <T>(operation: string, work: () => Promise<T>): Promise<T> => {
    const fate = await decide(operation);
    if (fate === 'failed') throw failed(operation);
    const result = await work();
    if (fate === 'lost') throw failed(operation);
    return result;
  };
  return {
    limits: inner.limits,
    capabilities: { ...inner.capabilities, synchronousReads: false },
    get: (partition, key) => call('get', () => inner.get(partition, key)),
    getMany: (partition, keys) => call('getMany', () => inner.getMany(partition, keys)),
    getSizes: (partition, keys) => call('getSizes', () => inner.getSizes(partition, keys)),
    async *scan(partition, range, options) {
      await call('scan', async () => {});
      yield* inner.scan(partition, range, options);
    },
    async *scanSizes(partition, range, options) {
      await call('scanSizes', async () => {});
      yield* inner.scanSizes(partition, range, options);
    },
    async *listPartitions(range) {
      await call('listPartitions', async () => {});
      yield* inner.listPartitions(range);
    },
    snapshot: () => call('snapshot', () => inner.snapshot()),
    claim: (partition, options) => call('claim', () => inner.claim(partition, options)),
    commit: (commit) => call('commit', () => inner.commit(commit)),
    close: () => inner.close(),
  };
}

/** What a program can see: {@link dump} without the actors that cannot be opened. */
export async function visible(store: Store): Promise<string[]> {
  const lines = await dump(store);
  const key = toHex(MARKER_KEY);
  const marked = new Set(
    lines
      .map((line) => line.split(' '))
      .filter((parts) => parts[1] === key)
      .map(([p]) => p),
  );
  return lines.filter((line) => !marked.has(line.split(' ')[0]));
}
