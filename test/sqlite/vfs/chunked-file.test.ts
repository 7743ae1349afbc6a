import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ActorWrites } from '../../../src/actor/index.js';
import { sqliteChunk, sqliteMeta } from '../../../src/layout/index.js';
import { ChunkedFile } from '../../../src/sqlite/vfs/chunked-file.js';
import { DatabaseFiles } from '../../../src/sqlite/vfs/database-files.js';
import { Vfs } from '../../../src/sqlite/vfs/vfs.js';
import { keyId } from '../../../src/store/index.js';
import { fileMetaPayload } from '../../../src/values/index.js';

/** Keys and values, as an actor keeps them. */
class Keys {
  readonly values = new Map<string, Uint8Array>();

  get(key: Uint8Array): Uint8Array | undefined {
    return this.values.get(keyId(key));
  }

  write(fill: (writes: ActorWrites) => void): void {
    fill({
      set: (key, value) => void this.values.set(keyId(key), value.slice()),
      delete: (key) => void this.values.delete(keyId(key)),
      clearRange: ({ begin, end }) => {
        for (const id of [...this.values.keys()]) {
          if (id >= keyId(begin) && (end === undefined || id < keyId(end))) this.values.delete(id);
        }
      },
      wakeAt: () => {},
    });
  }
}

const META = keyId(sqliteMeta.encode({ fileTag: 0 }));
const BYTES_MAX = 5 * 4_096;
const offset = fc.integer({ min: 0, max: BYTES_MAX });
const step = fc.oneof(
  fc.record({
    type: fc.constant('write' as const),
    offset,
    length: fc.integer({ min: 1, max: 9_000 }),
    fill: fc.nat(255),
  }),
  fc.record({ type: fc.constant('truncate' as const), offset }),
  fc.record({ type: fc.constantFrom('stage' as const, 'discard' as const, 'reopen' as const) }),
);

test('a file is a string of bytes, whatever is written, cut, staged and discarded', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const keys = new Keys();
      let file = new ChunkedFile(0, undefined);
      let model = new Uint8Array(0);
      let stored = model;
      const resize = (bytes: number) => {
        const resized = new Uint8Array(bytes);
        resized.set(model.subarray(0, bytes));
        model = resized;
      };
      for (const each of steps) {
        if (each.type === 'write') {
          const source = new Uint8Array(each.length).fill(each.fill);
          file.write(keys, source, each.offset);
          resize(Math.max(model.length, each.offset + each.length));
          model.set(source, each.offset);
        } else if (each.type === 'truncate') {
          file.truncate(keys, each.offset);
          resize(each.offset);
        } else if (each.type === 'stage') {
          keys.write((writes) => file.stage(writes));
          file.staged();
          stored = model.slice();
        } else {
          if (each.type === 'discard') file.discard();
          else file = new ChunkedFile(0, storedBytes(keys));
          model = stored.slice();
        }
        expect(file.fileBytes).toBe(model.length);
        const target = new Uint8Array(model.length + 10).fill(9);
        expect(file.read(keys, target, 0)).toBe(false);
        expect(Buffer.compare(target.subarray(0, model.length), model)).toBe(0);
        expect(target.subarray(model.length).every((byte) => byte === 0)).toBe(true);
        for (const id of keys.values.keys()) {
          if (id === META) continue;
          const { chunkIndex } = sqliteChunk.decode(Buffer.from(id, 'latin1'));
          expect(chunkIndex * 4_096).toBeLessThan(stored.length);
        }
      }
    }),
    { numRuns: 300 },
  );
});

function storedBytes(keys: Keys): number | undefined {
  const value = keys.values.get(META);
  return value && fileMetaPayload.decode(value).fileBytes;
}

describe('a database', () => {
  const COMMITTED = 22;

  function opened(accept: (fill: (writes: ActorWrites) => void) => void, keys = new Keys()) {
    const files = new DatabaseFiles('x');
    files.enter({ get: (key) => keys.get(key), accept, nowMs: () => 0 });
    files.open();
    const vfs = new Vfs();
    vfs.add(files);
    expect(vfs.open(1, 'x')).toBe(0);
    return { files, vfs };
  }

  test('what is abandoned reaches the actor no more', () => {
    let accepted = 0;
    const { files, vfs } = opened(() => {
      accepted++;
    });
    vfs.write(1, new Uint8Array(4_096), 0);
    expect(vfs.control(1, COMMITTED)).toBe(0);
    expect(accepted).toBe(1);
    vfs.write(1, new Uint8Array(4_096), 0);
    files.abandon();
    expect(vfs.write(1, new Uint8Array(4_096), 4_096)).toBe(0);
    expect(vfs.truncate(1, 0)).toBe(0);
    expect(vfs.control(1, COMMITTED)).toBe(0);
    expect(accepted).toBe(1);
    expect(vfs.fileBytes(1)).toBe(4_096);
  });

  test('a failure is told as a code, kept, and everything after it fails too', () => {
    const failure = new Error('refused');
    const { files, vfs } = opened(() => {
      throw failure;
    });
    vfs.write(1, new Uint8Array(4_096), 0);
    expect(vfs.control(1, COMMITTED)).toBe(1034);
    expect(files.failure?.error).toBe(failure);
    expect(vfs.write(1, new Uint8Array(1), 0)).toBe(778);
    expect(vfs.read(1, new Uint8Array(1), 0)).toBe(266);
    expect(vfs.truncate(1, 0)).toBe(1546);
  });

  test('temporary files are in memory', () => {
    const vfs = new Vfs();
    expect(vfs.open(7, undefined)).toBe(0);
    expect(vfs.write(7, Uint8Array.of(1, 2, 3), 5_000)).toBe(0);
    const target = new Uint8Array(3);
    expect(vfs.read(7, target, 5_000)).toBe(0);
    expect(target).toEqual(Uint8Array.of(1, 2, 3));
    expect(vfs.control(7, COMMITTED)).toBe(0);
    vfs.close(7);
    expect(vfs.read(7, target, 5_000)).not.toBe(0);
  });
});
