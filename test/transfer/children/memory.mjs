// Exports and imports more than the memory it may have, from a store that makes entries up to one that drops them.
import { exportKeyspace, importKeyspace } from 'actor-keyspace';
import { encodeActorPartition, kvEntry } from 'actor-keyspace/layout';
import { MemoryStore } from 'actor-keyspace/stores/memory';

const [entries, valueBytes] = process.argv.slice(2).map(Number);
const partition = encodeActorPartition('a');
const key = (i) => kvEntry.encode({ userKey: Buffer.from(String(i).padStart(9, '0')) });
const { limits, capabilities } = new MemoryStore();

const none = async () => undefined;
const nothing = async function* () {};
const store = {
  limits,
  capabilities,
  get: none,
  scanSizes: nothing,
  claim: async () => ({ partition, epoch: 1 }),
  commit: none,
  snapshot: async () => ({
    get: none,
    listPartitions: async function* () {
      yield partition;
    },
    scan: async function* (_partition, { end }) {
      // User keys are behind every record of the library's own.
      if (end !== undefined) return;
      for (let i = 0; i < entries; i++) yield { key: key(i), value: new Uint8Array(valueBytes).fill(i) };
    },
    close: () => {},
  }),
};

const base = process.memoryUsage().rss;
let peak = base;
const watch = () => {
  peak = Math.max(peak, process.memoryUsage().rss);
};
const ids = { newId: () => 'one' };
const open = () => exportKeyspace({ store, ids, onProgress: watch });
const { bytes } = await importKeyspace({ store, open, onProgress: watch });
console.log(JSON.stringify({ bytes, grownBytes: peak - base }));
