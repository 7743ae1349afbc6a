import { encodeActorPartition, kvEntry } from 'actor-keyspace/layout';

/** Values are shared among entries, which no store can tell: they are as random, and take less memory here. */
const VALUES = 64;

/**
 * User keys of 15 bytes in order, with values of so many random bytes.
 *
 * @returns {{ key: Uint8Array, value: Uint8Array }[]}
 */
export function makeEntries(count, valueBytes, random) {
  const values = Array.from({ length: VALUES }, () => random.bytes(valueBytes));
  return Array.from({ length: count }, (_, index) => ({
    key: Buffer.from(`item/${index.toString().padStart(10, '0')}`),
    value: values[random.below(VALUES)],
  }));
}

/**
 * Entries to write, one after the other and around, none with the value that its key has: engines may leave out a
 * write that changes nothing.
 *
 * @param count A power of two.
 */
export function makeRewrites(entries, count, random) {
  const keys = random.pick(entries, count / 2).map(({ key }) => key);
  const valueBytes = entries[0].value.length;
  return [...keys, ...keys].map((key) => ({ key, value: random.bytes(valueBytes) }));
}

/** The same under the keys that our LMDB store keeps an actor's entries at. */
export function storedEntries(actorId, entries) {
  const partition = encodeActorPartition(actorId);
  return entries.map(({ key, value }) => ({
    key: Buffer.concat([partition, kvEntry.encode({ userKey: key })]),
    value,
  }));
}

/** Entries in parts of at most so many. */
export function* parts(entries, size = 1_000) {
  for (let from = 0; from < entries.length; from += size) yield entries.slice(from, from + size);
}

/** Fills a peer, with so many entries at a time. */
export async function load(peer, entries, size = peer.loadSize) {
  for (const part of parts(entries, size)) await peer.setMany(part);
}

/** Fills an actor. */
export async function loadActor(actor, entries) {
  for (const part of parts(entries)) {
    await actor.kv.setMany(
      part.map(({ key, value }) => [key, value]),
      { durability: 'deferred' },
    );
  }
  await actor.durable();
}
