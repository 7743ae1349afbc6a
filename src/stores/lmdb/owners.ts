import { crc32 } from 'node:zlib';
import { nextEpoch } from '../../store/index.js';
import type { BytesDatabase } from './environment.js';
import { engineFailure } from './failure.js';
import type { Claim } from './fence.js';
import { corruptStore } from './format.js';

const CHECKSUM_BYTES = 4;

/** What the engine keeps of a record: the version and the value. */
export const OWNER_BYTES = 8 + CHECKSUM_BYTES;

/** A claim that is about to be made. */
interface Raise {
  readonly epoch: number;
  readonly checksum: number;
  /** Queues it. Answers whether no other claim came first. */
  readonly raise: () => Promise<boolean>;
}

/**
 * The record of a partition's last claim: the epoch is the record's version, which commits are compared with;
 * its value is the CRC-32 of partition and epoch, so that damage cannot make an old fence valid again.
 */
export class Owners {
  readonly #database: BytesDatabase;
  readonly #path: string;

  constructor(database: BytesDatabase, path: string) {
    this.#database = database;
    this.#path = path;
  }

  /** Whether the partition has been claimed before. */
  has(partition: Uint8Array): boolean {
    return this.#read(partition) !== undefined;
  }

  /**
   * What the partition's next claim would be.
   *
   * @throws {KeyspaceError} `store.corrupt`; `store.failed`.
   * @throws {RangeError} If no epoch is left.
   */
  next(partition: Uint8Array, epochMin: number | undefined): Raise {
    this.#database.resetReadTxn();
    const held = this.#epoch(partition);
    const epoch = nextEpoch(held ?? 0, epochMin);
    // For lmdb-js `null` is the version of a record that must not exist.
    const expected = (held ?? null) as number;
    const checksum = checksumOf(partition, epoch);
    const value = Buffer.alloc(CHECKSUM_BYTES);
    value.writeUInt32BE(checksum);
    return { epoch, checksum, raise: () => this.#database.put(partition, value, epoch, expected) };
  }

  /**
   * Whether the partition is at this epoch in the transaction that is current.
   *
   * @throws {KeyspaceError} `store.corrupt`; `store.failed`.
   */
  isHeld({ partition, epoch, checksum }: Claim): boolean {
    // With the claim's checksum a record can only have its epoch damaged, and then the engine finds another.
    return this.#checksum(partition) === checksum || this.#epoch(partition) === epoch;
  }

  /**
   * Queues writes that apply if the partition is at this epoch then.
   *
   * @param write Called at once. Must not throw: what it queued before would apply.
   * @returns Whether it was, when durable.
   */
  ifHeld({ partition, epoch }: Claim, write: () => void): Promise<boolean> {
    return this.#database.ifVersion(partition, epoch, write);
  }

  #epoch(partition: Uint8Array): number | undefined {
    const record = this.#read(partition);
    if (record === undefined) return undefined;
    const { version = 0 } = record;
    if (
      !Number.isSafeInteger(version) ||
      version < 1 ||
      this.#checksum(partition) !== checksumOf(partition, version)
    ) {
      throw corruptStore(this.#path, 'the record of a claim does not match its checksum');
    }
    return version;
  }

  #read(partition: Uint8Array) {
    try {
      return this.#database.getEntry(partition);
    } catch (error) {
      throw engineFailure('read', error);
    }
  }

  #checksum(partition: Uint8Array): number | undefined {
    try {
      const value = this.#database.getBinaryFast(partition);
      return this.#database.lastSize === CHECKSUM_BYTES ? value?.readUInt32BE() : undefined;
    } catch (error) {
      throw engineFailure('read', error);
    }
  }
}

function checksumOf(partition: Uint8Array, epoch: number): number {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(epoch));
  return crc32(bytes, crc32(partition));
}
