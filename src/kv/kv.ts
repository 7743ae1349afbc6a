import {
  type ActorAccess,
  type ActorSyncReads,
  decodeCursor,
  encodeCursor,
  type WriteOptions,
} from '../actor/index.js';
import { concatBytes, copyBytes, decodeUtf8, equalOptionalBytes } from '../bytes/index.js';
import { KeyspaceError } from '../errors.js';
import { kvEntry, LAYOUT_VERSION_CURRENT, NAMESPACE } from '../layout/index.js';
import { assertValue, type Entry, inRange, type KeyRange, VALUE_BYTES_MAX } from '../store/index.js';
import { type KvBytes, type KvSelection, storedKey, storedRange, toBytes } from './selection.js';

/** A user key and its value. Both arrays belong to whoever received the entry. */
export interface KvEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

export type KvScanOptions = KvSelection & {
  /** Largest key first. */
  readonly reverse?: boolean | undefined;
  readonly limit?: number | undefined;
};

export type KvPageOptions = KvSelection & {
  readonly reverse?: boolean | undefined;
  /** Entries per page, 1 or more. Default 100. */
  readonly limit?: number | undefined;
  /** Where the page before ended. The selection and direction must be the same. */
  readonly cursor?: string | undefined;
};

export interface KvPage {
  readonly entries: KvEntry[];
  /** Present if there is more. Valid for this actor only. */
  readonly cursor?: string;
}

/** Reads without waiting, where the store can. */
export interface KvSyncReads {
  get(key: KvBytes): Uint8Array | undefined;
  getMany(keys: readonly KvBytes[]): (Uint8Array | undefined)[];
  scan(options?: KvScanOptions): Iterable<KvEntry>;
}

const SCAN_OPTIONS = ['reverse', 'limit'];
const PAGE_OPTIONS = [...SCAN_OPTIONS, 'cursor'];

/**
 * The actor's user keys: any bytes, up to 1,699 (the stored key has one more, and that is the number compared
 * with the limit), to any bytes, up to 131,072. Text stands for its UTF-8 bytes and is not normalised.
 *
 * @throws {TypeError} If a key or value is neither bytes nor a string.
 * @throws {RangeError} If text holds a lone surrogate.
 * @throws {KeyspaceError} `key.too_large`, `value.too_large`, and as `ActorAccess`.
 */
export class ActorKv {
  readonly #access: ActorAccess;
  #sync: KvSyncReads | undefined;

  constructor(access: ActorAccess) {
    this.#access = access;
  }

  /** @throws {KeyspaceError} `store.sync_unsupported` on a store without synchronous reads. */
  get sync(): KvSyncReads {
    this.#sync ??= syncReads(this.#access.sync);
    return this.#sync;
  }

  async get(key: KvBytes): Promise<Uint8Array | undefined> {
    return this.#access.get(storedKey(key));
  }

  /** @throws {KeyspaceError} Also `value.malformed` if the value is not UTF-8. */
  async getText(key: KvBytes): Promise<string | undefined> {
    const value = await this.get(key);
    if (value === undefined) return undefined;
    const text = decodeUtf8(value);
    if (text !== undefined) return text;
    const details = { payload: 'kv', byteOffset: 0, reason: 'not UTF-8' };
    throw new KeyspaceError('value.malformed', 'the value is not UTF-8 text', details);
  }

  /** One result per key, in the order asked, all of the same instant. */
  async getMany(keys: readonly KvBytes[]): Promise<(Uint8Array | undefined)[]> {
    return this.#access.getMany(keys.map(storedKey));
  }

  set(key: KvBytes, value: KvBytes, options?: WriteOptions): Promise<void> {
    return this.#access.write((writes) => writes.set(storedKey(key), userValue(value)), options);
  }

  /** All or nothing; of a key given twice, the last value stays. */
  setMany(entries: Iterable<readonly [KvBytes, KvBytes]>, options?: WriteOptions): Promise<void> {
    return this.#access.write((writes) => {
      for (const entry of entries) {
        // Its first two characters would be taken for the pair.
        if (typeof entry === 'string')
          throw new TypeError('an entry must be a key and a value, not a string');
        const [key, value] = entry;
        writes.set(storedKey(key), userValue(value));
      }
    }, options);
  }

  /**
   * Sets the value if the key has exactly the expected one (`undefined`: is absent); `undefined` as the value
   * deletes it.
   *
   * @returns Whether it did.
   */
  async compareAndSet(
    key: KvBytes,
    expected: KvBytes | undefined,
    value: KvBytes | undefined,
    options?: WriteOptions,
  ): Promise<boolean> {
    const stored = storedKey(key);
    const wanted = expected === undefined ? undefined : copyBytes(toBytes(expected, 'expected value'));
    const next = value === undefined ? undefined : userValue(value);
    return this.#access.transaction(async (access) => {
      const current = await access.get(stored);
      if (!equalOptionalBytes(current, wanted)) return false;
      await access.write((writes) => (next ? writes.set(stored, next) : writes.delete(stored)));
      return true;
    }, options);
  }

  delete(key: KvBytes, options?: WriteOptions): Promise<void> {
    return this.#access.write((writes) => writes.delete(storedKey(key)), options);
  }

  /** All or nothing. */
  deleteMany(keys: Iterable<KvBytes>, options?: WriteOptions): Promise<void> {
    return this.#access.write((writes) => {
      // The characters of a text would be taken for keys.
      if (typeof keys === 'string') throw new TypeError('keys must be several keys, not a string');
      for (const key of keys) writes.delete(storedKey(key));
    }, options);
  }

  /** Deletes the selected user keys, in one commit; without a selection, all of them. */
  clear(selection: KvSelection = {}, options?: WriteOptions): Promise<void> {
    return this.#access.write((writes) => writes.clearRange(storedRange(selection)), options);
  }

  /** Entries in byte order of their keys, as they were when the first was asked for. */
  async *scan(options: KvScanOptions = {}): AsyncGenerator<KvEntry, void, undefined> {
    const range = storedRange(options, SCAN_OPTIONS);
    for await (const entry of this.#access.scan(range, options)) yield toUserEntry(entry);
  }

  /**
   * One page of a scan; entries written between pages may or may not show.
   *
   * @throws {RangeError} If the limit is not a whole number of 1 or more.
   * @throws {KeyspaceError} `cursor.invalid` if the cursor is damaged, of another actor, direction or selection.
   */
  async page(options: KvPageOptions = {}): Promise<KvPage> {
    const { reverse = false, limit = 100, cursor } = options;
    if (!(Number.isSafeInteger(limit) && limit >= 1)) {
      throw new RangeError(`limit must be a whole number of 1 or more, not ${String(limit)}`);
    }
    const scope = {
      partition: this.#access.storePartition,
      namespace: NAMESPACE.kv,
      layoutVersion: LAYOUT_VERSION_CURRENT,
      reverse,
    };
    let range: KeyRange = storedRange(options, PAGE_OPTIONS);
    if (cursor !== undefined) range = rangeAfter(range, decodeCursor(scope, cursor), reverse);
    const found: Entry[] = [];
    // One more than asked for tells whether there is a next page.
    const scanned = Math.min(limit + 1, Number.MAX_SAFE_INTEGER);
    for await (const entry of this.#access.scan(range, { reverse, limit: scanned })) found.push(entry);
    const entries = found.slice(0, limit).map(toUserEntry);
    if (found.length <= limit) return { entries };
    return { entries, cursor: encodeCursor(scope, (found[limit - 1] as Entry).key) };
  }
}

function syncReads(sync: ActorSyncReads): KvSyncReads {
  return {
    get: (key) => sync.get(storedKey(key)),
    getMany: (keys) => sync.getMany(keys.map(storedKey)),
    *scan(options = {}) {
      const range = storedRange(options, SCAN_OPTIONS);
      for (const entry of sync.scan(range, options)) yield toUserEntry(entry);
    },
  };
}

function rangeAfter(range: KeyRange, lastKey: Uint8Array, reverse: boolean): KeyRange {
  if (!inRange(lastKey, range)) {
    const reason = 'it was made for another selection';
    throw new KeyspaceError('cursor.invalid', `the cursor cannot be used here: ${reason}`, { reason });
  }
  return reverse
    ? { begin: range.begin, end: lastKey }
    : { begin: concatBytes(lastKey, Uint8Array.of(0)), end: range.end };
}

/** A copy, since the caller may change the array before it is committed. */
function userValue(value: KvBytes): Uint8Array {
  const bytes = toBytes(value, 'value');
  assertValue(bytes, VALUE_BYTES_MAX);
  return copyBytes(bytes);
}

function toUserEntry({ key, value }: Entry): KvEntry {
  return { key: kvEntry.decode(key).userKey, value };
}
