import { copyBytes, spacedHex, startsWith, strinc } from '../bytes/index.js';
import { type Layout, NAMESPACE } from './constants.js';
import type { LayoutRange } from './key-format.js';

/** Keys that only one layout has. */
export interface LayoutProbe {
  readonly layout: Layout;
  /** For example `05 00…`, or `06` for exactly this key. */
  readonly notation: string;
  /** New arrays each time. */
  readonly range: LayoutRange;
  /** Whether an entry in the range, by its value, was written in this layout. */
  isEvidence(value: Uint8Array): boolean;
}

const QUEUE_METADATA_BYTES = 14;
const QUEUE_METADATA_START = Uint8Array.of(0x04, 0x00);

/**
 * Whether the value at key `06` is layout-0 queue metadata: payload version 4 and 14 bytes in all. Later
 * RivetKit versions keep an alarm record at that key, which is no evidence of any layout.
 */
export function isLayout0QueueMetadata(value: Uint8Array): boolean {
  return value.length === QUEUE_METADATA_BYTES && startsWith(value, QUEUE_METADATA_START);
}

function under(layout: Layout, ...bytes: readonly number[]): LayoutProbe {
  const prefix = Uint8Array.from(bytes);
  return {
    layout,
    notation: `${spacedHex(prefix)}…`,
    get range() {
      return { begin: copyBytes(prefix), end: strinc(prefix) };
    },
    isEvidence: () => true,
  };
}

/**
 * Where to look in an actor without a layout header. Namespaces 01 to 04 are the same in both layouts, so
 * they tell nothing. Of each range the first entry suffices.
 */
export const LAYOUT_PROBES: readonly LayoutProbe[] = [
  under(0, NAMESPACE.queue, 0x00),
  {
    layout: 0,
    notation: '06',
    get range() {
      return { begin: Uint8Array.of(0x06), end: Uint8Array.of(0x06, 0x00) };
    },
    isEvidence: isLayout0QueueMetadata,
  },
  // 15 begins a tuple whose first element is an integer of 1 to 255.
  under(0, 0x07, 0x15),
  under(0, 0x08, 0x15),
  under(0, NAMESPACE.legacySqlite),
  under(1, NAMESPACE.queue, 0x01),
  under(1, NAMESPACE.workflow, 0x01),
  under(1, NAMESPACE.traces, 0x01),
  under(1, NAMESPACE.sqlite, 0x01),
  under(1, NAMESPACE.blobs),
  under(1, NAMESPACE.fields),
];

/**
 * The layout of an actor without a layout header.
 *
 * @param evidence The layouts of the probes that found an entry which is evidence; repetition is harmless.
 * @returns `undefined` if nothing tells the layouts apart yet, `'mixed'` if there are keys of both.
 */
export function classifyLayout(evidence: Iterable<Layout>): Layout | 'mixed' | undefined {
  const [first, second] = new Set(evidence);
  return second === undefined ? first : 'mixed';
}
