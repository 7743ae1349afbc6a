import { KeyspaceError } from '../errors.js';
import {
  classifyLayout,
  LAYOUT_PROBES,
  LAYOUT_VERSION_CURRENT,
  systemImport,
  systemLayout,
} from '../layout/index.js';
import { type Store, WHOLE_PARTITION } from '../store/index.js';
import { importMarkerPayload, layoutHeaderPayload } from '../values/index.js';
import type { ReadGuard } from './ground.js';

const HEADER_KEY = systemLayout.encode({});
const IMPORT_KEY = systemImport.encode({});

/** What an actor's keys say about their layout. */
export interface FoundLayout {
  /** Written by this library, as against found by looking at the keys. */
  readonly hasHeader: boolean;
  readonly isEmpty: boolean;
  /** `undefined` while no key tells: the actor is new, or has only keys that all layouts share. */
  readonly layout: number | 'mixed' | undefined;
}

/**
 * The layout of an actor: its header's, or what its keys show.
 *
 * @throws {KeyspaceError} `actor.incomplete` if an import of it has not ended; `value.malformed` or
 * `value.version_unsupported` if the header cannot be read.
 */
export async function findLayout(store: Store, partition: Uint8Array): Promise<FoundLayout> {
  const [header, marker] = await store.getMany(partition, [HEADER_KEY, IMPORT_KEY]);
  IMPORT_GUARD.assert(marker);
  if (header) {
    return { hasHeader: true, isEmpty: false, layout: layoutHeaderPayload.decode(header).layoutVersion };
  }
  // Most actors without a header are new, and one read shows it.
  if (await isEmpty(store, partition)) return { hasHeader: false, isEmpty: true, layout: undefined };
  const evidence = LAYOUT_PROBES.map(async ({ layout, range, isEvidence }) => {
    for await (const { value } of store.scan(partition, range, { limit: 1 })) {
      if (isEvidence(value)) return [layout];
    }
    return [];
  });
  return { hasHeader: false, isEmpty: false, layout: classifyLayout((await Promise.all(evidence)).flat()) };
}

/**
 * @throws {KeyspaceError} `layout.unsupported` for a newer layout, `layout.mixed` for several at once,
 * `layout.migration_required` for writing in an older one.
 */
export function assertOpenable({ layout }: FoundLayout, readOnly: boolean): void {
  if (layout === undefined) return;
  if (layout === 'mixed') {
    const layoutVersions = [...new Set(LAYOUT_PROBES.map((probe) => probe.layout))].sort();
    throw new KeyspaceError('layout.mixed', `the actor has keys of layouts ${layoutVersions.join(' and ')}`, {
      layoutVersions,
    });
  }
  if (layout > LAYOUT_VERSION_CURRENT) {
    throw new KeyspaceError(
      'layout.unsupported',
      `the actor is in layout ${layout}, this library knows up to ${LAYOUT_VERSION_CURRENT}`,
      { layoutVersion: layout, layoutVersionMax: LAYOUT_VERSION_CURRENT },
    );
  }
  if (layout < LAYOUT_VERSION_CURRENT && !readOnly) {
    throw new KeyspaceError(
      'layout.migration_required',
      `the actor is in layout ${layout} and can only be read; layout ${LAYOUT_VERSION_CURRENT} is written`,
      { layoutVersion: layout, layoutVersionCurrent: LAYOUT_VERSION_CURRENT },
    );
  }
}

/** Lets nobody read what an import has not ended to write: `actor.incomplete`. */
export const IMPORT_GUARD: ReadGuard = {
  key: IMPORT_KEY,
  assert(marker) {
    if (marker === undefined) return;
    const { importId } = importMarkerPayload.decode(marker);
    const message = 'an import of the actor has not ended: import it again, or delete it';
    throw new KeyspaceError('actor.incomplete', message, { importId });
  },
};

async function isEmpty(store: Store, partition: Uint8Array): Promise<boolean> {
  for await (const _entry of store.scan(partition, WHOLE_PARTITION, { limit: 1 })) return false;
  return true;
}
