import { compareBytes, concatBytes, copyBytes, strinc } from '../../bytes/index.js';
import {
  assertKey,
  assertPartition,
  assertScan,
  type Entry,
  type EntrySize,
  inRange,
  type KeyRange,
  partitionLength,
  type Reader,
  type ScanOptions,
  type StoreLimits,
  type SyncReader,
  WHOLE_PARTITION,
  type Write,
} from '../../store/index.js';
import { insert, lookup, remove, removeRange, slice, type Tree, walk } from './tree.js';

// No partition is a prefix of another, so concatenation keeps them apart and in order.
function stored(partition: Uint8Array, key: Uint8Array): Uint8Array {
  return concatBytes(partition, key);
}

function storedRange(partition: Uint8Array, { begin, end }: KeyRange): [Uint8Array, Uint8Array] {
  return [stored(partition, begin), end === undefined ? strinc(partition) : stored(partition, end)];
}

/** Reads of a tree in which each key is a partition and a key inside it. */
export class TreeReader implements SyncReader {
  readonly #limits: StoreLimits;
  readonly #tree: () => Tree;

  /** @param tree The tree to read now; throws `store.closed` when there is none any more. */
  constructor(limits: StoreLimits, tree: () => Tree) {
    this.#limits = limits;
    this.#tree = tree;
  }

  get(partition: Uint8Array, key: Uint8Array): Uint8Array | undefined {
    return this.getMany(partition, [key])[0];
  }

  getMany(partition: Uint8Array, keys: readonly Uint8Array[]): (Uint8Array | undefined)[] {
    return this.#values(partition, keys).map((value) => value && copyBytes(value));
  }

  getSizes(partition: Uint8Array, keys: readonly Uint8Array[]): (number | undefined)[] {
    return this.#values(partition, keys).map((value) => value?.length);
  }

  scan(partition: Uint8Array, range: KeyRange, options: ScanOptions = {}): Iterable<Entry> {
    return this.#scan(partition, range, options, (key, value) => ({ key, value: copyBytes(value) }));
  }

  scanSizes(partition: Uint8Array, range: KeyRange, options: ScanOptions = {}): Iterable<EntrySize> {
    return this.#scan(partition, range, options, (key, { length }) => ({ key, valueBytes: length }));
  }

  *listPartitions(range: KeyRange = WHOLE_PARTITION): Generator<Uint8Array> {
    assertScan(range);
    const tree = this.#tree();
    let [first] = walk(slice(tree, range.begin));
    while (first !== undefined) {
      const partition = first.key.slice(0, partitionLength(first.key));
      const next = strinc(partition);
      if (range.end && compareBytes(partition, range.end) >= 0) return;
      if (inRange(partition, range)) yield partition;
      this.#tree();
      [first] = walk(slice(tree, next));
    }
  }

  #values(partition: Uint8Array, keys: readonly Uint8Array[]): (Uint8Array | undefined)[] {
    const tree = this.#tree();
    assertPartition(partition);
    for (const key of keys) assertKey(key, this.#limits);
    return keys.map((key) => valueAt(tree, partition, key));
  }

  #scan<T>(
    partition: Uint8Array,
    range: KeyRange,
    options: ScanOptions,
    item: (key: Uint8Array, value: Uint8Array) => T,
  ): Iterable<T> {
    this.#tree();
    assertPartition(partition);
    assertScan(range, options);
    return this.#items(partition.length, storedRange(partition, range), options, item);
  }

  *#items<T>(
    skip: number,
    [begin, end]: [Uint8Array, Uint8Array],
    { reverse, limit }: ScanOptions,
    item: (key: Uint8Array, value: Uint8Array) => T,
  ): Generator<T> {
    let left = limit ?? Number.POSITIVE_INFINITY;
    for (const { key, value } of walk(slice(this.#tree(), begin, end), reverse)) {
      if (left-- === 0) return;
      yield item(key.slice(skip), value);
      this.#tree();
    }
  }
}

/** The same reads, answered later. */
export class AsyncTreeReader implements Reader {
  readonly #reader: TreeReader;
  readonly #turn: () => Promise<void>;

  constructor(reader: TreeReader, turn: () => Promise<void>) {
    this.#reader = reader;
    this.#turn = turn;
  }

  async get(partition: Uint8Array, key: Uint8Array): Promise<Uint8Array | undefined> {
    await this.#turn();
    return this.#reader.get(partition, key);
  }

  async getMany(partition: Uint8Array, keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    await this.#turn();
    return this.#reader.getMany(partition, keys);
  }

  scan(partition: Uint8Array, range: KeyRange, options?: ScanOptions): AsyncIterable<Entry> {
    return this.#later(this.#reader.scan(partition, range, options));
  }

  async getSizes(partition: Uint8Array, keys: readonly Uint8Array[]): Promise<(number | undefined)[]> {
    await this.#turn();
    return this.#reader.getSizes(partition, keys);
  }

  scanSizes(partition: Uint8Array, range: KeyRange, options?: ScanOptions): AsyncIterable<EntrySize> {
    return this.#later(this.#reader.scanSizes(partition, range, options));
  }

  listPartitions(range?: KeyRange): AsyncIterable<Uint8Array> {
    return this.#later(this.#reader.listPartitions(range));
  }

  async *#later<T>(items: Iterable<T>): AsyncGenerator<T> {
    await this.#turn();
    for (const item of items) {
      yield item;
      await this.#turn();
    }
  }
}

export function valueAt(tree: Tree, partition: Uint8Array, key: Uint8Array): Uint8Array | undefined {
  return lookup(tree, stored(partition, key));
}

export function applyWrite(tree: Tree, write: Write): Tree {
  switch (write.type) {
    case 'set':
      return insert(tree, stored(write.partition, write.key), copyBytes(write.value));
    case 'delete':
      return remove(tree, stored(write.partition, write.key));
    case 'clearRange':
      return removeRange(tree, ...storedRange(write.partition, write.range));
  }
}
