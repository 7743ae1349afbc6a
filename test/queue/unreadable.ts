import { compareBytes, fromHex, toHex } from '../../src/bytes/index.js';
import { KeyspaceError } from '../../src/errors.js';
import type { Store, Write } from '../../src/store/index.js';

type Method = (...args: never[]) => unknown;

/** The store, but for the values of these keys (in hex), which match no checksum until they are written. */
export function unreadable(store: Store, keys: Set<string>): Store {
  const assertReadable = (key: Uint8Array) => {
    const keyHex = toHex(key);
    if (keys.has(keyHex)) throw new KeyspaceError('value.corrupt', 'damaged', { keyHex, reason: 'damaged' });
  };
  const wrap = <T extends object>(target: T, isSync: boolean): T =>
    new Proxy(target, {
      get(_, name) {
        const value: unknown = Reflect.get(target, name);
        if (name === 'sync') return value && wrap(value as object, true);
        if (typeof value !== 'function') return value;
        const call = (...args: unknown[]) => (value as Method).apply(target, args as never[]);
        if (name === 'get' || name === 'getMany') {
          return (partition: Uint8Array, wanted: Uint8Array | readonly Uint8Array[]) => {
            const read = () => {
              for (const key of wanted instanceof Uint8Array ? [wanted] : wanted) assertReadable(key);
              return call(partition, wanted);
            };
            return isSync ? read() : Promise.resolve().then(read);
          };
        }
        if (name === 'scan') return (...args: unknown[]) => checked(call(...args), isSync);
        if (name === 'snapshot') return async () => wrap((await call()) as object, isSync);
        if (name === 'commit') {
          return async (commit: { readonly writes: readonly Write[] }) => {
            const result = await call(commit);
            for (const write of commit.writes) mend(keys, write);
            return result;
          };
        }
        return call;
      },
    });
  const checked = (entries: unknown, isSync: boolean) => {
    if (!isSync) return checkedLater(entries as AsyncIterable<{ key: Uint8Array }>);
    return checkedNow(entries as Iterable<{ key: Uint8Array }>);
  };
  function* checkedNow(entries: Iterable<{ key: Uint8Array }>) {
    for (const entry of entries) {
      assertReadable(entry.key);
      yield entry;
    }
  }
  async function* checkedLater(entries: AsyncIterable<{ key: Uint8Array }>) {
    for await (const entry of entries) {
      assertReadable(entry.key);
      yield entry;
    }
  }
  return wrap(store, false);
}

function mend(keys: Set<string>, write: Write): void {
  if (write.type !== 'clearRange') keys.delete(toHex(write.key));
  else {
    const { begin, end } = write.range;
    for (const keyHex of [...keys]) {
      const key = fromHex(keyHex);
      if (compareBytes(key, begin) >= 0 && (!end || compareBytes(key, end) < 0)) keys.delete(keyHex);
    }
  }
}
