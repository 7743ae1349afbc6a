import type {
  Entry,
  EntrySize,
  KeyRange,
  Reader,
  ScanOptions,
  Snapshot,
  SyncReader,
} from '../../store/index.js';
import type { Calls } from './calls.js';
import type { ReadOperation } from './fault.js';

/** Reads that meet faults on their way. */
export class FaultReader implements Reader {
  readonly #reader: Reader;
  readonly #calls: Calls;

  constructor(reader: Reader, calls: Calls) {
    this.#reader = reader;
    this.#calls = calls;
  }

  get(partition: Uint8Array, key: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#calls.perform({ operation: 'get', partition }, () => this.#reader.get(partition, key));
  }

  getMany(partition: Uint8Array, keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    const deliver = () => this.#reader.getMany(partition, keys);
    return this.#calls.perform({ operation: 'getMany', partition }, deliver);
  }

  getSizes(partition: Uint8Array, keys: readonly Uint8Array[]): Promise<(number | undefined)[]> {
    const deliver = () => this.#reader.getSizes(partition, keys);
    return this.#calls.perform({ operation: 'getSizes', partition }, deliver);
  }

  scan(partition: Uint8Array, range: KeyRange, options?: ScanOptions): AsyncIterable<Entry> {
    return faultyItems(this.#calls, 'scan', partition, this.#reader.scan(partition, range, options));
  }

  scanSizes(partition: Uint8Array, range: KeyRange, options?: ScanOptions): AsyncIterable<EntrySize> {
    const items = this.#reader.scanSizes(partition, range, options);
    return faultyItems(this.#calls, 'scanSizes', partition, items);
  }
}

/** {@link FaultReader} without waiting. */
export class FaultSyncReader implements SyncReader {
  readonly #reader: SyncReader;
  readonly #calls: Calls;

  constructor(reader: SyncReader, calls: Calls) {
    this.#reader = reader;
    this.#calls = calls;
  }

  get(partition: Uint8Array, key: Uint8Array): Uint8Array | undefined {
    return this.#calls.performSync({ operation: 'get', partition }, () => this.#reader.get(partition, key));
  }

  getMany(partition: Uint8Array, keys: readonly Uint8Array[]): (Uint8Array | undefined)[] {
    const deliver = () => this.#reader.getMany(partition, keys);
    return this.#calls.performSync({ operation: 'getMany', partition }, deliver);
  }

  getSizes(partition: Uint8Array, keys: readonly Uint8Array[]): (number | undefined)[] {
    const deliver = () => this.#reader.getSizes(partition, keys);
    return this.#calls.performSync({ operation: 'getSizes', partition }, deliver);
  }

  scan(partition: Uint8Array, range: KeyRange, options?: ScanOptions): Iterable<Entry> {
    return this.#items('scan', partition, this.#reader.scan(partition, range, options));
  }

  scanSizes(partition: Uint8Array, range: KeyRange, options?: ScanOptions): Iterable<EntrySize> {
    return this.#items('scanSizes', partition, this.#reader.scanSizes(partition, range, options));
  }

  *#items<T>(first: ReadOperation, partition: Uint8Array, items: Iterable<T>): Generator<T> {
    const iterator = items[Symbol.iterator]();
    try {
      for (let operation = first; ; operation = 'next') {
        const { done, value } = this.#calls.performSync({ operation, partition }, () => iterator.next());
        if (done) return;
        yield value;
      }
    } finally {
      iterator.return?.();
    }
  }
}

/** A snapshot whose reads meet faults. */
export class FaultSnapshot extends FaultReader implements Snapshot {
  readonly sync?: SyncReader | undefined;
  readonly #snapshot: Snapshot;
  readonly #calls: Calls;

  constructor(snapshot: Snapshot, calls: Calls) {
    super(snapshot, calls);
    this.#snapshot = snapshot;
    this.#calls = calls;
    if (snapshot.sync !== undefined) this.sync = new FaultSyncReader(snapshot.sync, calls);
  }

  listPartitions(range?: KeyRange): AsyncIterable<Uint8Array> {
    return faultyItems(this.#calls, 'listPartitions', undefined, this.#snapshot.listPartitions(range));
  }

  close(): void {
    this.#snapshot.close();
  }
}

/** The items, each asked for as an operation of its own. */
export async function* faultyItems<T>(
  calls: Calls,
  first: ReadOperation,
  partition: Uint8Array | undefined,
  items: AsyncIterable<T>,
): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]();
  try {
    for (let operation = first; ; operation = 'next') {
      const { done, value } = await calls.perform({ operation, partition }, () => iterator.next());
      if (done) return;
      yield value;
    }
  } finally {
    const ended = iterator.return?.();
    // Whoever is cut off does not hear of its end, which may wait for an item that is under way.
    if (calls.isCut) ended?.catch(() => {});
    else await ended;
  }
}
