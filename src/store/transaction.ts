import { copyBytes } from '../bytes/index.js';
import { KeyspaceError } from '../errors.js';
import type {
  Check,
  Commit,
  Entry,
  Fence,
  KeyRange,
  ScanOptions,
  Snapshot,
  StoreLimits,
} from './contract.js';
import { keyId } from './key-id.js';
import { foundValue, Layer } from './layer.js';
import { assertKey, assertValue } from './limits.js';
import { assertScan } from './range.js';
import { ScanMerge } from './scan-merge.js';

/**
 * One attempt of `transact`. Reads are of one instant and see the transaction's own writes; arrays go in and
 * come out as copies. After the callback has settled every use of it is `transaction.closed`.
 */
export class StoreTransaction {
  readonly #limits: StoreLimits;
  readonly #snapshot: Snapshot;
  readonly #partition: Uint8Array;
  readonly #fence: Fence | undefined;
  readonly #layer = new Layer();
  /** By key id: what the store held of everything read from it. */
  readonly #checks = new Map<string, Check>();
  #ended = false;

  /** @internal Owns the snapshot from here on. */
  constructor(limits: StoreLimits, snapshot: Snapshot, partition: Uint8Array, fence: Fence | undefined) {
    this.#limits = limits;
    this.#snapshot = snapshot;
    this.#partition = partition;
    this.#fence = fence;
  }

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    return (await this.getMany([key]))[0];
  }

  /** One result per key, in the order asked. */
  async getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    this.#assertOpen();
    for (const key of keys) assertKey(key, this.#limits);
    const own = keys.map((key) => this.#layer.lookup(keyId(key)));
    const missing = keys.filter((_, index) => own[index] === undefined).map((key) => copyBytes(key));
    const stored =
      missing.length === 0 ? [] : await this.#whileOpen(this.#snapshot.getMany(this.#partition, missing));
    for (const [index, key] of missing.entries()) this.#check(key, stored[index]);
    let next = 0;
    return own.map((found) => (found === undefined ? stored[next++] : foundValue(found)));
  }

  /**
   * Entries as of when the first is asked for; later writes of the transaction do not show in it.
   *
   * @throws {TypeError} Without a fence.
   */
  scan(range: KeyRange, options: ScanOptions = {}): AsyncIterable<Entry> {
    this.#assertOpen();
    this.#assertOwner('scanning');
    assertScan(range, options);
    return this.#scan(copyRange(range), { ...options });
  }

  set(key: Uint8Array, value: Uint8Array): void {
    this.#assertOpen();
    assertKey(key, this.#limits);
    assertValue(value, this.#limits.valueBytesMax);
    this.#layer.set(copyBytes(key), copyBytes(value), this.#limits);
  }

  delete(key: Uint8Array): void {
    this.#assertOpen();
    assertKey(key, this.#limits);
    this.#layer.delete(copyBytes(key), this.#limits);
  }

  /** @throws {TypeError} Without a fence. */
  clearRange(range: KeyRange): void {
    this.#assertOpen();
    this.#assertOwner('clearing a range');
    assertScan(range);
    this.#layer.clearRange(copyRange(range));
  }

  /** @internal */
  toCommit(): Commit {
    return {
      fences: this.#fence && [this.#fence],
      checks: [...this.#checks.values()],
      writes: this.#layer.writes(this.#partition),
    };
  }

  /** @internal */
  end(): void {
    this.#ended = true;
    this.#snapshot.close();
  }

  async *#scan(range: KeyRange, options: ScanOptions): AsyncGenerator<Entry> {
    try {
      const merge = ScanMerge.ofEntries([this.#layer], range, options);
      for await (const entry of merge.overAsync(this.#stored(range, merge.storeOptions))) {
        this.#assertOpen();
        yield entry;
      }
    } finally {
      this.#assertOpen();
    }
  }

  async *#stored(range: KeyRange, options: ScanOptions): AsyncGenerator<Entry> {
    for await (const entry of this.#snapshot.scan(this.#partition, range, options)) {
      this.#check(copyBytes(entry.key), entry.value);
      yield entry;
    }
  }

  /** Copies the value, which the caller may write into. */
  #check(key: Uint8Array, value: Uint8Array | undefined): void {
    const partition = this.#partition;
    this.#checks.set(keyId(key), { partition, key, value: value && copyBytes(value) });
  }

  /** A read cut short by the end of the transaction says so, rather than that some snapshot is closed. */
  async #whileOpen<T>(read: Promise<T>): Promise<T> {
    try {
      return await read;
    } finally {
      this.#assertOpen();
    }
  }

  #assertOpen(): void {
    if (this.#ended) throw new KeyspaceError('transaction.closed', 'the transaction has ended', {});
  }

  #assertOwner(what: string): void {
    if (this.#fence === undefined) throw new TypeError(`${what} needs a fence: point checks miss phantoms`);
  }
}

function copyRange({ begin, end }: KeyRange): KeyRange {
  return { begin: copyBytes(begin), end: end && copyBytes(end) };
}
