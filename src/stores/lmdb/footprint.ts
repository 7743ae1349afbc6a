import { COMMON_LIMITS, type Write } from '../../store/index.js';
import { CHECKSUM_BYTES } from './envelope.js';
import { PAGE_BYTES } from './format.js';

/** A node's header, its place in the page's index, and alignment. */
const NODE_BYTES = 16;

/** A larger node's value is on pages of its own. */
const NODE_BYTES_MAX = 2_034;
const OVERFLOW_HEADER_BYTES = 24;

/** Pages are split in halves, and a page in two may leave either half to one node. */
const PAGES_FACTOR = 2;
const SHARED_BYTES_MAX = PAGE_BYTES / 4;

const KEY_BYTES_MAX = COMMON_LIMITS.partitionBytesMax + COMMON_LIMITS.keyBytesMax;

/** What a page gives to one of its nodes, at worst. */
function pageShare(nodeBytes: number): number {
  return nodeBytes <= SHARED_BYTES_MAX ? PAGES_FACTOR * nodeBytes : PAGE_BYTES;
}

/**
 * Bytes of pages that setting a new entry takes up, at most: measured, up to 1.05 times this, in unlucky orders.
 *
 * @param keyBytes Partition and key together. The pages above the entry may repeat them.
 */
export function entryFootprint(keyBytes: number, valueBytes: number): number {
  const sealedBytes = valueBytes + CHECKSUM_BYTES;
  const nodeBytes = NODE_BYTES + keyBytes;
  if (nodeBytes + sealedBytes <= NODE_BYTES_MAX)
    return pageShare(nodeBytes + sealedBytes) + pageShare(keyBytes);
  const overflowPages = Math.ceil((OVERFLOW_HEADER_BYTES + sealedBytes) / PAGE_BYTES);
  return pageShare(nodeBytes) + pageShare(keyBytes) + PAGES_FACTOR * overflowPages * PAGE_BYTES;
}

/** {@link entryFootprint} of all that is set; deletes need nothing that counts. */
export function writesFootprint(writes: readonly Write[]): number {
  let bytes = 0;
  for (const write of writes) {
    if (write.type !== 'set') continue;
    bytes += entryFootprint(write.partition.length + write.key.length, write.value.length);
  }
  return bytes;
}

/**
 * The most that {@link writesFootprint} can be of so many sets, whatever their lengths.
 *
 * @param setBytes Partitions, keys and values together.
 */
export function footprintMax(setCount: number, setBytes: number): number {
  const nodesBytes = setBytes + setCount * (NODE_BYTES + CHECKSUM_BYTES);
  const repeatedBytes = Math.min(setBytes, setCount * KEY_BYTES_MAX);
  const largeCountMax = Math.min(2 * setCount, (nodesBytes + repeatedBytes) / SHARED_BYTES_MAX);
  const overflowCountMax = Math.min(setCount, nodesBytes / NODE_BYTES_MAX);
  return (
    PAGES_FACTOR * (nodesBytes + repeatedBytes) +
    largeCountMax * (PAGE_BYTES - PAGES_FACTOR * SHARED_BYTES_MAX) +
    overflowCountMax * PAGES_FACTOR * (OVERFLOW_HEADER_BYTES + PAGE_BYTES)
  );
}
