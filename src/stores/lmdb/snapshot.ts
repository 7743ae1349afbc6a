import type { Snapshot, SyncReader } from '../../store/index.js';
import type { Lease } from './leases.js';
import { AsyncLmdbReader, LmdbReader } from './reader.js';

/** A lease, read through the contract. */
export class LmdbSnapshot extends AsyncLmdbReader implements Snapshot {
  readonly sync: SyncReader;
  readonly #lease: Lease;

  constructor(lease: Lease) {
    // A scan of a snapshot ends with the snapshot, not by itself.
    const view = () => lease.view();
    const reader = new LmdbReader({ view, hold: () => ({ view, release: () => {} }) });
    super(reader);
    this.sync = reader;
    this.#lease = lease;
  }

  close(): void {
    this.#lease.release();
  }
}
