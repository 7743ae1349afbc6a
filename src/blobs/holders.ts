import type { ActorAccess } from '../actor/index.js';
import { LAYOUT_VERSION, NAMESPACE } from '../layout/index.js';
import { type KeyRange, prefixRange } from '../store/index.js';
import { OWN_KINDS } from './references.js';

/** A value of the actor that is kept in a blob. */
export interface HeldBlob {
  readonly digest: Uint8Array;
  /** As in the reference that was written with the value. */
  readonly holder: string;
}

/** A part of the actor whose values may be kept in blobs: how the collector learns which. */
export interface HolderSource {
  /** The first byte of its keys. */
  readonly namespace: number;
  /** What its references' holders begin with, before the colon. */
  readonly kind: string;
  /** Every blob that a value of this part is kept in. Throws if it cannot tell of one of them. */
  blobs(access: ActorAccess): AsyncIterable<HeldBlob>;
}

/** Namespaces whose entries never name a blob by themselves. */
const WITHOUT_BLOBS: readonly number[] = [
  NAMESPACE.system,
  NAMESPACE.state,
  NAMESPACE.connections,
  NAMESPACE.inspectorToken,
  NAMESPACE.kv,
  NAMESPACE.queue,
  NAMESPACE.workflow,
  NAMESPACE.traces,
  NAMESPACE.sqlite,
  NAMESPACE.blobs,
];

const VERSIONS: Readonly<Record<number, number>> = Object.fromEntries(
  Object.entries(LAYOUT_VERSION).map(([name, version]) => [
    NAMESPACE[name as keyof typeof NAMESPACE],
    version,
  ]),
);

/** All that may hold a blob. Whatever is not known here stops the collector. */
export class BlobHolders {
  readonly #sources: readonly HolderSource[];

  /** @throws {TypeError} If two sources have one namespace or one kind. */
  constructor(sources: readonly HolderSource[]) {
    const kinds = [...OWN_KINDS, ...sources.map(({ kind }) => kind)];
    const namespaces = sources.map(({ namespace }) => namespace);
    for (const names of [kinds, namespaces]) {
      if (new Set<string | number>(names).size < names.length) {
        throw new TypeError(`two holders of blobs are alike: ${names.join(', ')}`);
      }
    }
    this.#sources = sources;
  }

  get sources(): readonly HolderSource[] {
    return this.#sources;
  }

  /** What kinds of holders references may have. */
  get kinds(): readonly string[] {
    return [...OWN_KINDS, ...this.#sources.map(({ kind }) => kind)];
  }

  /** A key of a namespace or a layout version that is not known, if the actor has one. */
  async unknownKey(access: ActorAccess): Promise<Uint8Array | undefined> {
    for (const range of this.#unknownRanges()) {
      for await (const { key } of access.scanSizes(range, { limit: 1 })) return key;
    }
    return undefined;
  }

  #unknownRanges(): KeyRange[] {
    const namespaces = [...WITHOUT_BLOBS, ...this.#sources.map(({ namespace }) => namespace)];
    const behind = Math.max(...namespaces) + 1;
    const ranges: KeyRange[] = [{ begin: Uint8Array.of(behind) }];
    for (let namespace = 0; namespace < behind; namespace++) {
      const version = VERSIONS[namespace];
      const { begin, end } = prefixRange(Uint8Array.of(namespace));
      if (!namespaces.includes(namespace)) ranges.push({ begin, end });
      else if (version !== undefined) {
        ranges.push({ begin, end: Uint8Array.of(namespace, version) });
        ranges.push({ begin: Uint8Array.of(namespace, version + 1), end });
      }
    }
    return ranges;
  }
}
