import { rootedStore, type Store } from '../index.js';
import { decodePartition, encodeRoot } from '../layout/index.js';
import { InputError } from './failure.js';
import { quoted } from './output.js';

/**
 * A mistyped root looks like an empty keyspace, and its export like a backup.
 *
 * @throws {InputError} If the store has something, and nothing of it under this root.
 */
export async function assertRootInUse(store: Store, root: string): Promise<void> {
  for await (const _partition of rootedStore(store, encodeRoot(root)).listPartitions()) return;
  for await (const partition of store.listPartitions()) {
    const other = decodePartition(partition).root;
    throw new InputError(
      `the store has nothing under ${named(root)}; it has under ${named(other)} (see --root)`,
    );
  }
}

function named(root: string): string {
  return root === '' ? 'no root' : `root ${quoted(root, 60)}`;
}
