import { crc32 } from 'node:zlib';
import { nextEpoch } from '../../store/index.js';
import type { BytesDatabase } from './environment.js';
import { engineFailure } from './failure.js';
import type { Claim } from './fence.js';
import { corruptStore } from './format.js';

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

  /**
   * Tries to raise the epoch.
   *
   * @returns The new epoch and whether it was set; not if another claim came first.
   * @throws {KeyspaceError} `store.corrupt`.
   * @throws {RangeError} If no epoch is left.
   */
  raise(partition: Uint8Array, epochMin: number | undefined): { epoch: number; raised: Promise<boolean> } {
    this.#database.resetReadTxn();
    const held = this.#epoch(partition);
    const epoch = nextEpoch(held ?? 0, epochMin);
    // For lmdb-js `null` is the version of a record that must not exist.
    const expected = (held ?? null) as number;
    return { epoch, raised: this.#database.put(partition, checksum(partition, epoch), epoch, expected) };
  }

  /** Whether the partition is at this epoch in the transaction that is current. */
  isHeld({ partition, epoch }: Claim): boolean {
    return this.#epoch(partition) === epoch;
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
    const { version = 0, value } = record;
    if (!Number.isSafeInteger(version) || version < 1 || !checksum(partition, version).equals(value)) {
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
}

function checksum(partition: Uint8Array, epoch: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(epoch));
  const sum = crc32(bytes, crc32(partition));
  const record = Buffer.alloc(4);
  record.writeUInt32BE(sum);
  return record;
}
