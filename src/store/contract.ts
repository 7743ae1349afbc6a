/** A key and its value as stored. Both arrays belong to whoever received the entry. */
export interface Entry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/**
 * Keys from `begin` (inclusive) to `end` (exclusive; absent: to the end of the partition), bytewise. A bound may
 * be empty or longer than any key; an inverted range holds nothing.
 */
export interface KeyRange {
  readonly begin: Uint8Array;
  readonly end?: Uint8Array | undefined;
}

/** A key and how long its value is. The array belongs to whoever received it. */
export interface EntrySize {
  readonly key: Uint8Array;
  readonly valueBytes: number;
}

export interface ScanOptions {
  /** Largest key first. */
  readonly reverse?: boolean | undefined;
  /** At most so many entries: a whole number, 0 or more. */
  readonly limit?: number | undefined;
}

/**
 * Reads of one partition. Every array handed out is a copy the caller owns. A scan sees the store as it was
 * when its first entry was asked for, in key order, and never an entry of another partition.
 *
 * @throws {KeyspaceError} `key.empty`, `key.too_large`; `value.corrupt` if a checksum does not match;
 * `store.closed`, also from a scan under way; `snapshot.expired` from a scan that a store with an age limit no
 * longer keeps; `store.failed`.
 * @throws {TypeError | RangeError} If a partition is malformed (see `assertPartition`), a key or bound is not a
 * `Uint8Array`, or a limit is not a whole number of 0 or more.
 */
export interface Reader {
  get(partition: Uint8Array, key: Uint8Array): Promise<Uint8Array | undefined>;
  /** One result per key, in the order asked, all of the same instant. */
  getMany(partition: Uint8Array, keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]>;
  scan(partition: Uint8Array, range: KeyRange, options?: ScanOptions): AsyncIterable<Entry>;
  /**
   * How many bytes the value of each key has, `undefined` for an absent one; otherwise as {@link getMany}. Values
   * are neither handed over nor verified: of a corrupt one it is the length as stored.
   */
  getSizes(partition: Uint8Array, keys: readonly Uint8Array[]): Promise<(number | undefined)[]>;
  /** As {@link scan}, with the lengths of values instead of the values, which are not verified either. */
  scanSizes(partition: Uint8Array, range: KeyRange, options?: ScanOptions): AsyncIterable<EntrySize>;
}

/** {@link Reader} for stores that can answer without waiting. */
export interface SyncReader {
  get(partition: Uint8Array, key: Uint8Array): Uint8Array | undefined;
  getMany(partition: Uint8Array, keys: readonly Uint8Array[]): (Uint8Array | undefined)[];
  scan(partition: Uint8Array, range: KeyRange, options?: ScanOptions): Iterable<Entry>;
  getSizes(partition: Uint8Array, keys: readonly Uint8Array[]): (number | undefined)[];
  scanSizes(partition: Uint8Array, range: KeyRange, options?: ScanOptions): Iterable<EntrySize>;
}

/**
 * All reads through it see one instant. Close it: an open one may keep the store from reusing space, so a store
 * may limit its age, and reads of an older one are `snapshot.expired`.
 */
export interface Snapshot extends Reader {
  /** Present exactly where the store has synchronous reads. */
  readonly sync?: SyncReader | undefined;
  /** Partitions that hold at least one entry, in byte order; with a range, those that lie in it. */
  listPartitions(range?: KeyRange): AsyncIterable<Uint8Array>;
  /** Idempotent. Reading afterwards is `store.closed`. */
  close(): void;
}

/**
 * Proof of ownership of one partition, valid until the partition is claimed again. What else a store keeps in
 * it is the store's own business; a fence is only valid at the store that issued it, until that is closed.
 */
export interface Fence {
  readonly partition: Uint8Array;
  /** Counts the partition's claims from 1; survives deletion of its entries. */
  readonly epoch: number;
}

/** The key must have exactly this value; `undefined`: must be absent. */
export interface Check {
  readonly partition: Uint8Array;
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
}

export type Write =
  | {
      readonly type: 'set';
      readonly partition: Uint8Array;
      readonly key: Uint8Array;
      readonly value: Uint8Array;
    }
  | { readonly type: 'delete'; readonly partition: Uint8Array; readonly key: Uint8Array }
  | { readonly type: 'clearRange'; readonly partition: Uint8Array; readonly range: KeyRange };

/**
 * All or nothing. Writes apply in order. The store reads the arrays until the promise settles and keeps none
 * of them afterwards.
 *
 * With fences, every write and check must be in a fenced partition or in `sharedPartition`, and there only on
 * entries that nobody but the fenced owner writes. Without fences any partition may be written; checks are
 * then evaluated inside the write transaction.
 */
export interface Commit {
  /** At most two: an actor and the keyspace partition, or a migration's lock and an actor. */
  readonly fences?: readonly Fence[] | undefined;
  /** The unfenced partition that a fenced owner also writes its own entries in. */
  readonly sharedPartition?: Uint8Array | undefined;
  readonly checks?: readonly Check[] | undefined;
  readonly writes: readonly Write[];
}

/** Compared before anything is written; the error names the number that was compared. */
export interface StoreLimits {
  readonly partitionBytesMax: number;
  readonly keyBytesMax: number;
  /** What a store accepts: room for an envelope around a caller's largest value. */
  readonly valueBytesMax: number;
  /** Keys and values of all writes of one commit together; see `commitBytes`. */
  readonly commitBytesMax: number;
}

export interface StoreCapabilities {
  /** `store.sync` exists and answers from the calling thread. */
  readonly synchronousReads: boolean;
  /** Entries outlive the process. */
  readonly durable: boolean;
}

/**
 * An ordered key-value store divided into partitions. Stores know nothing of key layouts: partitions, keys and
 * values are opaque, but for the shape that keeps one partition from being a prefix of another (see
 * `assertPartition`).
 *
 * A read begun after a commit resolved in this process sees that commit.
 */
export interface Store extends Reader {
  readonly limits: StoreLimits;
  readonly capabilities: StoreCapabilities;
  /** Present exactly when `capabilities.synchronousReads`. */
  readonly sync?: SyncReader | undefined;

  /** @throws {KeyspaceError} `store.closed`; `store.failed`, for example with too many readers. */
  snapshot(): Promise<Snapshot>;
  /** As {@link Snapshot.listPartitions}, of an instant no earlier than the call. Costs partitions, not entries. */
  listPartitions(range?: KeyRange): AsyncIterable<Uint8Array>;

  /**
   * Takes ownership: every fence issued for the partition before is void from the moment this resolves.
   * The claim is durable, and is kept when all entries of the partition are deleted.
   *
   * @param options.epochMin The new epoch is at least this (a whole number of at most 2^52), for an owner that
   * moved here.
   * @throws {KeyspaceError} `store.full`, for a partition claimed for the first time; `store.closed`;
   * `store.failed`.
   * @throws {RangeError} If `epochMin` is out of range.
   */
  claim(partition: Uint8Array, options?: { readonly epochMin?: number | undefined }): Promise<Fence>;

  /**
   * Resolves when durable. Commits that this process issued without waiting apply in the order issued, per
   * partition; a fenced commit is ordered in its fenced partitions, and not with others in the shared one.
   *
   * @throws {KeyspaceError} `commit.fenced`, `commit.check_failed`, `commit.unknown`, or a limit
   * (`key.empty`, `key.too_large`, `value.too_large`, `commit.too_large`, `store.full`): but for
   * `commit.unknown`, nothing of it was written.
   * @throws {TypeError} If a write or check is in a partition the commit may not touch, a fence is not of this
   * store, or an argument is of the wrong type.
   * @throws {RangeError} If there are more than two fences, or a partition is malformed.
   */
  commit(commit: Commit): Promise<void>;

  /**
   * Refuses now what {@link commit} would refuse for want of space. Reserves nothing.
   *
   * @param setCount Entries to be set.
   * @param setBytes Their partitions, keys and values together.
   * @throws {KeyspaceError} `store.full`.
   */
  assertRoom?(setCount: number, setBytes: number): void;

  /** Waits for commits under way, then frees everything. Idempotent. Later calls are `store.closed`. */
  close(): Promise<void>;
}
