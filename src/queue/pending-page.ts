import type { ActorAccess } from '../actor/index.js';
import { queueMessage, queuePending } from '../layout/index.js';
import type { Entry, KeyRange } from '../store/index.js';
import { indexed, readable } from './index-entries.js';

/** So many waiting messages are dealt with in one commit, those first that have waited for longest. */
const PAGE = 256;
/** Of one commit, where messages may be of any size: less than stores allow, and more than the largest message. */
export const PAGE_BYTES = 262_144;

/** A waiting message, by its entry of the index. */
export interface PendingEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly availableAtMs: number;
  readonly id: bigint;
}

/** The first that wait in a range, as many as can be written anew in one commit; none if there are none. */
export async function pendingPage(access: ActorAccess, range: KeyRange): Promise<PendingEntry[]> {
  const entries: Entry[] = [];
  for await (const entry of readable(access.scan(range, { limit: PAGE }))) entries.push(entry);
  const page = entries.map((entry) => ({ ...entry, ...indexed(() => queuePending.decode(entry.key)) }));
  const sizes = await access.getSizes(page.map(({ id }) => queueMessage.encode({ id })));
  let bytes = 0;
  const taken = page.findIndex(({ value }, at) => {
    const before = bytes;
    // The name is in two more entries, and one of the index may be written as well.
    bytes += (sizes[at] ?? 0) + 4 * value.length + 128;
    return before > 0 && bytes > PAGE_BYTES;
  });
  return taken < 0 ? page : page.slice(0, taken);
}
