import { Cleared, keyId, type Write } from '../../store/index.js';
import { seal } from './envelope.js';
import type { BytesDatabase } from './environment.js';
import { readKeys, storedRange } from './range.js';
import { storedKey } from './stored-key.js';
import type { View } from './view.js';

/** What a commit does, with every key known: a failure between two writes would leave the first of them. */
export interface Effects {
  /** Stored keys, removed before anything is written. */
  readonly cleared: readonly Uint8Array[];
  /** Sets and deletes, in order. */
  readonly writes: readonly Write[];
}

/**
 * Looks up what ranges hold that are cleared, and leaves out writes that a later clear undoes.
 *
 * @throws {KeyspaceError} `store.failed`.
 */
export function findEffects(view: View, writes: readonly Write[]): Effects {
  const clearedOf = new Map<string, { readonly partition: Uint8Array; readonly cleared: Cleared }>();
  const kept: Write[] = [];
  for (const write of writes.toReversed()) {
    const { partition } = write;
    const found = clearedOf.get(keyId(partition));
    if (write.type !== 'clearRange') {
      if (!found?.cleared.has(write.key)) kept.push(write);
      continue;
    }
    const cleared = found?.cleared ?? new Cleared();
    cleared.add(write.range);
    if (found === undefined) clearedOf.set(keyId(partition), { partition, cleared });
  }
  const cleared = [...clearedOf.values()].flatMap((of) =>
    of.cleared.ranges().flatMap((range) => readKeys(view, storedRange(of.partition, range))),
  );
  return { cleared, writes: kept.reverse() };
}

/** Queues or applies, wherever the database is in. Never throws on asserted writes without clears. */
export function applyEffects(data: BytesDatabase, { cleared, writes }: Effects): void {
  for (const key of cleared) data.remove(key);
  for (const write of writes) {
    switch (write.type) {
      case 'set': {
        const key = storedKey(write.partition, write.key);
        data.put(key, seal(key, write.value));
        break;
      }
      case 'delete':
        data.remove(storedKey(write.partition, write.key));
    }
  }
}
