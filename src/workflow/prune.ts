import type { ActorAccess } from '../actor/index.js';
import { type LayoutRange, type Location, workflowEntryMetadata, workflowHistory } from '../layout/index.js';
import { storedEntryId } from './stored.js';

/** The entry at a location and everything under it. */
export function subtreeRange(location: Location): LayoutRange {
  return workflowHistory.range({ location });
}

/**
 * Iterations of a loop, from the first up to `before`, which stays.
 *
 * @param loop Location of the loop itself, which ends with the index of its name.
 * @throws {RangeError} If it is none.
 */
export function iterationsRange(loop: Location, before: number): LayoutRange {
  const last = loop.at(-1);
  if (typeof last !== 'number')
    throw new RangeError('the location of a loop ends with the index of its name');
  const turn = (iteration: number) =>
    workflowHistory.encode({ location: [...loop, { loop: last, iteration }] });
  return { begin: turn(0), end: turn(before) };
}

/**
 * Removes the entries of a range together with their metadata, in one commit, reading them one by one.
 *
 * @returns How many entries there were.
 */
export function pruneRange(access: ActorAccess, range: LayoutRange): Promise<number> {
  return access.transaction(async (inner) => {
    const metadataKeys: Uint8Array[] = [];
    for await (const { key, value } of inner.scan(range)) {
      metadataKeys.push(workflowEntryMetadata.encode({ entryId: storedEntryId(key, value) }));
    }
    await inner.write((writes) => {
      for (const key of metadataKeys) writes.delete(key);
      writes.clearRange(range);
    });
    return metadataKeys.length;
  });
}
