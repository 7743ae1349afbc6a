import type { ActorAccess, WriteOptions } from '../actor/index.js';
import { digestText, parseDigest } from './digest.js';
import { assertTime } from './references.js';
import { assertRootName, deleteRoot, readRoot, replaceRoot, rootRecords, versionsOf } from './roots.js';

export interface SetRootOptions extends WriteOptions {
  /** How many earlier versions to keep; what the others held is released. Default 0. */
  readonly retain?: number | undefined;
}

/**
 * Named sets of an actor's blobs, each of which holds its blobs: a release, a snapshot, whatever is there together.
 * Names are text without `@`, which earlier versions are named with.
 */
export class BlobRoots {
  readonly #access: ActorAccess;

  constructor(access: ActorAccess) {
    this.#access = access;
  }

  /**
   * Makes a root hold exactly these blobs, in one commit.
   *
   * @throws {KeyspaceError} `blob.missing`, and then the root is as it was.
   */
  async set(name: string, digests: Iterable<string>, options: SetRootOptions = {}): Promise<void> {
    const { retain = 0, durability } = options;
    assertRootName(name);
    assertTime(retain, 0, 'retain');
    if (typeof digests === 'string') throw new TypeError('digests must be several, not a string');
    const parsed = Array.from(digests, parseDigest);
    await this.#access.transaction((access) => replaceRoot(access, name, parsed, retain), { durability });
  }

  /** The blobs of a root, or of an earlier version, in order of their digests; `undefined` if there is none. */
  async get(name: string): Promise<string[] | undefined> {
    return (await readRoot(this.#access, name))?.map(digestText);
  }

  /** Names of the earlier versions that are kept, oldest first. */
  versions(name: string): Promise<string[]> {
    return versionsOf(this.#access, name);
  }

  /** Removes a root and its earlier versions. @returns Whether there was one. */
  async delete(name: string, options?: WriteOptions): Promise<boolean> {
    assertRootName(name);
    return this.#access.transaction((access) => deleteRoot(access, name), options);
  }

  /** Names of all roots, earlier versions among them. */
  async *list(): AsyncGenerator<string, void, undefined> {
    for await (const { rootName } of rootRecords(this.#access)) yield rootName;
  }
}
