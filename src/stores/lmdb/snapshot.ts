import type { Entry, KeyRange, ScanOptions, Snapshot, SyncReader } from '../../store/index.js';
import type { Lease } from './leases.js';
import { AsyncLmdbReader, LmdbReader } from './reader.js';

/** A lease, read through the contract. */
export class LmdbSnapshot implements Snapshot {
  readonly sync: SyncReader;
  readonly #reader: AsyncLmdbReader;
  readonly #lease: Lease;

  constructor(lease: Lease) {
    // A scan of a snapshot ends with the snapshot, not by itself.
    const view = () => lease.view();
    const reader = new LmdbReader({ view, hold: () => ({ view, release: () => {} }) });
    this.sync = reader;
    this.#reader = new AsyncLmdbReader(reader);
    this.#lease = lease;
  }

  get(partition: Uint8Array, key: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#reader.get(partition, key);
  }

  getMany(partition: Uint8Array, keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    return this.#reader.getMany(partition, keys);
  }

  scan(partition: Uint8Array, range: KeyRange, options?: ScanOptions): AsyncIterable<Entry> {
    return this.#reader.scan(partition, range, options);
  }

  listPartitions(range?: KeyRange): AsyncIterable<Uint8Array> {
    return this.#reader.listPartitions(range);
  }

  close(): void {
    this.#lease.release();
  }
}
