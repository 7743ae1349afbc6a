import { createHash } from 'node:crypto';
import { equalBytes } from '../bytes/index.js';
import { KeyspaceError } from '../errors.js';
import {
  classifyLayout,
  decodeKey,
  LAYOUT_PROBES,
  LAYOUT_VERSION_CURRENT,
  type Layout,
  systemImport,
  systemLayout,
  systemUsage,
  systemWake,
} from '../layout/index.js';
import { inRange } from '../store/index.js';
import {
  dueAtMs,
  layoutHeaderPayload,
  USAGE_NAMESPACES,
  type UsageRecord,
  wakePayload,
} from '../values/index.js';

export const USAGE_KEY = systemUsage.encode({});
export const MARKER_KEY = systemImport.encode({});
const HEADER_KEY = systemLayout.encode({});
const WAKE_KEY = systemWake.encode({});

// Their ranges are computed by getters, and these are asked for each entry.
const PROBES = LAYOUT_PROBES.map(({ layout, range, isEvidence }) => ({ layout, range, isEvidence }));

/** What an actor has, but for what an import makes anew. */
export interface ActorContent {
  readonly entries: number;
  /** Keys and values together. */
  readonly bytes: number;
  /** SHA-256 in hex of every entry in order: key length u32be · key · value length u32be · value. */
  readonly sha256: string;
  /** `undefined` if no key tells. */
  readonly layout: Layout | undefined;
  /** When it is due, if it is. */
  readonly wakeAtMs: number | undefined;
  /** Of these entries alone. */
  readonly usage: UsageRecord;
}

/** Whether an entry stays out of exports: usage is counted anew, and a marker is of one import. */
export function isLeftOut(key: Uint8Array): boolean {
  return key[0] === 0 && (equalBytes(key, USAGE_KEY) || equalBytes(key, MARKER_KEY));
}

/** Counts and checks the entries of one actor, in key order. */
export class ActorTally {
  readonly #hash = createHash('sha256');
  readonly #lengths = new DataView(new ArrayBuffer(4));
  readonly #namespaces = Array.from({ length: USAGE_NAMESPACES + 1 }, () => ({ keyCount: 0, bytes: 0 }));
  readonly #evidence = new Set<Layout>();
  #header: number | undefined;
  #wakeAtMs: number | undefined;
  #entries = 0;
  #bytes = 0;

  /**
   * @throws {KeyspaceError} `key.malformed`; `value.malformed`, `value.version_unsupported` or
   * `layout.unsupported` of a layout header or wake record.
   */
  add(key: Uint8Array, value: Uint8Array): void {
    decodeKey(key);
    if (equalBytes(key, HEADER_KEY)) this.#header = readHeader(value);
    if (equalBytes(key, WAKE_KEY)) this.#wakeAtMs = dueAtMs(wakePayload.decode(value));
    for (const { layout, range, isEvidence } of PROBES) {
      if (!this.#evidence.has(layout) && inRange(key, range) && isEvidence(value)) this.#evidence.add(layout);
    }
    for (const part of [key, value]) {
      this.#lengths.setUint32(0, part.length);
      this.#hash.update(this.#lengths).update(part);
    }
    const bytes = key.length + value.length;
    const namespace = this.#namespaces[Math.min(key[0] as number, USAGE_NAMESPACES)];
    if (namespace) {
      namespace.keyCount++;
      namespace.bytes += bytes;
    }
    this.#entries++;
    this.#bytes += bytes;
  }

  /**
   * Once, after the last entry.
   *
   * @throws {KeyspaceError} `layout.mixed`.
   */
  end(): ActorContent {
    return {
      entries: this.#entries,
      bytes: this.#bytes,
      sha256: this.#hash.digest('hex'),
      layout: this.#layout(),
      wakeAtMs: this.#wakeAtMs,
      usage: { namespaces: this.#namespaces },
    };
  }

  #layout(): Layout | undefined {
    const layouts = new Set<number>(this.#evidence);
    if (this.#header !== undefined) layouts.add(this.#header);
    const layout = classifyLayout(layouts as Set<Layout>);
    if (layout !== 'mixed') return layout;
    const layoutVersions = [...layouts].sort();
    throw new KeyspaceError('layout.mixed', `the actor has keys of layouts ${layoutVersions.join(' and ')}`, {
      layoutVersions,
    });
  }
}

function readHeader(value: Uint8Array): number {
  const { layoutVersion } = layoutHeaderPayload.decode(value);
  assertLayout(layoutVersion);
  return layoutVersion;
}

/** @throws {KeyspaceError} `layout.unsupported` for a newer layout than is known. */
export function assertLayout(layoutVersion: number): void {
  if (layoutVersion <= LAYOUT_VERSION_CURRENT) return;
  throw new KeyspaceError(
    'layout.unsupported',
    `layout ${layoutVersion} is newer than those known, up to ${LAYOUT_VERSION_CURRENT}`,
    { layoutVersion, layoutVersionMax: LAYOUT_VERSION_CURRENT },
  );
}
