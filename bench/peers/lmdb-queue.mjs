import { openLmdb } from './lmdb.mjs';

const MESSAGE = 1;
const READY = 2;
const LEASED = 3;

/**
 * What a queue on LMDB cannot do without: messages, an index of ready ones and one of leases, as bytes, in one batch an
 * operation. It counts, names, checks and limits nothing.
 */
export function openLmdbQueue(folder) {
  const { data, close } = openLmdb(folder);
  let nextId = 0;
  const add = (body) => {
    const id = nextId++;
    data.put(keyOf(MESSAGE, id), body);
    data.put(keyOf(READY, id), NOTHING);
  };
  const lease = (id) => {
    data.remove(keyOf(READY, id));
    data.put(keyOf(LEASED, id), NOTHING);
  };
  const remove = (id) => {
    data.remove(keyOf(LEASED, id));
    data.remove(keyOf(MESSAGE, id));
  };
  const first = (count) => {
    const keys = data.getKeys({ start: keyOf(READY, 0), end: keyOf(LEASED, 0), limit: count });
    return Array.from(keys, (key) => Buffer.from(key).readUIntBE(1, 6));
  };
  return {
    enqueueMany: (bodies) => data.batch(() => bodies.forEach(add)),
    async takeMany(count) {
      const ids = first(count);
      for (const id of ids) data.getBinary(keyOf(MESSAGE, id));
      await data.batch(() => ids.forEach(lease));
      return ids;
    },
    doneMany: (ids) => data.batch(() => ids.forEach(remove)),
    close,
  };
}

const NOTHING = Buffer.alloc(0);

/** As many bytes as a message has. */
export function encodeBody(body) {
  return Buffer.from(JSON.stringify(body));
}

function keyOf(part, id) {
  const key = Buffer.alloc(7);
  key[0] = part;
  key.writeUIntBE(id, 1, 6);
  return key;
}
