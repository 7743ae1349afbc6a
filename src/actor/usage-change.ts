import { compareBytes } from '../bytes/index.js';
import { NAMESPACE } from '../layout/index.js';
import { type EntrySize, isEmptyRange, type KeyRange, type Layer } from '../store/index.js';
import { USAGE_NAMESPACES } from '../values/index.js';
import type { ActorReads, ActorSyncReads } from './reads.js';
import { Usage } from './usage.js';

/** The keys whose old entries a layer replaces one by one; those in ranges it clears are no more there. */
export function replacedKeys(layer: Layer): Uint8Array[] {
  const keys: Uint8Array[] = [];
  const { cleared } = layer;
  for (const { id, key } of layer.entries()) if (!cleared?.hasId(id)) keys.push(key);
  return keys;
}

/**
 * By how much a layer changes the usage of what is below it.
 *
 * @param below The usage of what is below.
 * @param reads What is below.
 */
export function usageChange(layer: Layer, below: Usage, reads: ActorSyncReads): Usage {
  const change = new Change(layer);
  const keys = replacedKeys(layer);
  if (keys.length > 0) change.replaced(keys, reads.getSizes(keys));
  for (const range of change.scanned(below)) {
    for (const size of reads.scanSizes(range)) change.removed(size);
  }
  return change.usage;
}

/** As {@link usageChange}, with the old sizes of {@link replacedKeys} at hand. */
export async function usageChangeLater(
  layer: Layer,
  below: Usage,
  reads: ActorReads,
  oldSizes: readonly (number | undefined)[],
): Promise<Usage> {
  const change = new Change(layer);
  change.replaced(replacedKeys(layer), oldSizes);
  for (const range of change.scanned(below)) {
    for await (const size of reads.scanSizes(range)) change.removed(size);
  }
  return change.usage;
}

class Change {
  readonly usage = new Usage();
  readonly #layer: Layer;

  constructor(layer: Layer) {
    this.#layer = layer;
    for (const { key, value } of layer.entries()) if (value !== null) this.usage.count(key, value.length, 1);
  }

  replaced(keys: readonly Uint8Array[], oldSizes: readonly (number | undefined)[]): void {
    for (let at = 0; at < keys.length; at++) {
      const valueBytes = oldSizes[at];
      if (valueBytes !== undefined) this.usage.count(keys[at] as Uint8Array, valueBytes, -1);
    }
  }

  removed({ key, valueBytes }: EntrySize): void {
    this.usage.count(key, valueBytes, -1);
  }

  /** Takes away the namespaces that are cleared whole, and gives what else is to be scanned. */
  scanned(below: Usage): KeyRange[] {
    const ranges = this.#layer.cleared?.ranges() ?? [];
    return ranges.flatMap((range) => this.#around(range, below));
  }

  #around({ begin, end }: KeyRange, below: Usage): KeyRange[] {
    const parts: KeyRange[] = [];
    let from = begin;
    for (let namespace = NAMESPACE.system + 1; namespace < USAGE_NAMESPACES; namespace++) {
      const first = Uint8Array.of(namespace);
      const next = Uint8Array.of(namespace + 1);
      const isWhole = compareBytes(from, first) <= 0 && (end === undefined || compareBytes(next, end) <= 0);
      if (!isWhole) continue;
      this.usage.removeNamespace(namespace, below);
      parts.push({ begin: from, end: first });
      from = next;
    }
    parts.push({ begin: from, end });
    return parts.filter((part) => !isEmptyRange(part));
  }
}
