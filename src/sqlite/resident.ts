import type { ActorAccess, ActorWrites } from '../actor/index.js';
import { sqliteChunk, sqliteMeta } from '../layout/index.js';
import { type KeyRange, keyId } from '../store/index.js';
import { unsupported } from './failure.js';
import type { FilesView } from './vfs/database-files.js';

/** Where reads take their time, a database larger than this is not kept in memory. */
const RESIDENT_BYTES_MAX = 256 * 1024 * 1024;

/**
 * The files of a database, whole in memory: for stores that cannot be read from inside a callback of SQLite. What is
 * written changes them at once, and is to be written into the actor before the next call.
 */
export class ResidentFiles implements FilesView {
  readonly #nowMs: () => number;
  readonly #values = new Map<string, Uint8Array>();
  #pending: ((writes: ActorWrites) => void)[] = [];

  private constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** As one moment had them. @throws {KeyspaceError} `sqlite.unsupported` if they are too large; what the store throws. */
  static async read(access: ActorAccess): Promise<ResidentFiles> {
    const files = new ResidentFiles(() => access.clock.nowMs());
    let bytes = 0;
    const { begin } = sqliteMeta.range();
    const { end } = sqliteChunk.range();
    for await (const { key, value } of access.scan({ begin, end })) {
      bytes += value.length;
      if (bytes > RESIDENT_BYTES_MAX)
        throw unsupported(`a database of more than ${RESIDENT_BYTES_MAX} bytes`);
      files.#values.set(keyId(key), value);
    }
    return files;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#values.get(keyId(key));
  }

  nowMs(): number {
    return this.#nowMs();
  }

  accept(fill: (writes: ActorWrites) => void): void {
    const pending = this.#pending;
    fill({
      set: (key, value) => {
        this.#values.set(keyId(key), value);
        pending.push((writes) => writes.set(key, value));
      },
      delete: (key) => {
        this.#values.delete(keyId(key));
        pending.push((writes) => writes.delete(key));
      },
      clearRange: (range) => {
        this.#clear(range);
        pending.push((writes) => writes.clearRange(range));
      },
      wakeAt: () => {},
    });
  }

  /** What was written since, in order; `undefined` if nothing was. */
  takeWrites(): ((writes: ActorWrites) => void) | undefined {
    const pending = this.#pending;
    if (pending.length === 0) return undefined;
    this.#pending = [];
    return (writes) => {
      for (const write of pending) write(writes);
    };
  }

  #clear({ begin, end }: KeyRange): void {
    const first = keyId(begin);
    const next = end && keyId(end);
    for (const id of this.#values.keys()) {
      if (id >= first && (next === undefined || id < next)) this.#values.delete(id);
    }
  }
}
