import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { toHex } from '../../src/bytes/index.js';
import { exportKeyspace, type ImportOptions, importKeyspace } from '../../src/index.js';
import {
  ACTOR_FAMILIES,
  encodeActorPartition,
  encodeKeyspacePartition,
  keyspaceDue,
  kvEntry,
  systemImport,
  systemLayout,
  systemUsage,
  systemWake,
} from '../../src/layout/index.js';
import { rootedStore, type Store, WHOLE_PARTITION, type Write } from '../../src/store/index.js';
import { MemoryStore } from '../../src/stores/memory/index.js';
import {
  importMarkerPayload,
  layoutHeaderPayload,
  USAGE_NAMESPACES,
  usagePayload,
  type WakeRecord,
  wakePayload,
} from '../../src/values/index.js';
import { collect } from '../keyspace/support.js';

export const HEADER_KEY = systemLayout.encode({});
export const USAGE_KEY = systemUsage.encode({});
export const WAKE_KEY = systemWake.encode({});
export const MARKER_KEY = systemImport.encode({});

export const header = (layoutVersion = 1) => layoutHeaderPayload.encode({ layoutVersion });
export const marker = (importId: string) => importMarkerPayload.encode({ importId });
export const userKey = (name: string) => kvEntry.encode({ userKey: new Uint8Array(Buffer.from(name)) });

/** Key and value of an entry. */
export type Pair = readonly [key: Uint8Array, value: Uint8Array];

export interface ActorModel {
  readonly pairs: readonly Pair[];
  readonly wake?: WakeRecord | undefined;
}

/** Actors by id. */
export type World = ReadonlyMap<string, ActorModel>;

function pairsOf({ pairs, wake }: ActorModel): Pair[] {
  return wake === undefined ? [...pairs] : [...pairs, [WAKE_KEY, wakePayload.encode(wake)]];
}

/** Puts a world into a store past every layer. */
export async function plantWorld(store: Store, world: World, root = ''): Promise<void> {
  for (const [actorId, model] of world) await plantPairs(store, actorId, pairsOf(model), root);
}

export async function plantPairs(
  store: Store,
  actorId: string,
  pairs: readonly Pair[],
  root = '',
): Promise<void> {
  const partition = encodeActorPartition(actorId, root);
  await store.commit({
    writes: pairs.map(([key, value]): Write => ({ type: 'set', partition, key, value })),
  });
}

/** Every entry of a store, by partition, key and value in hex; those of a root without it. */
export async function dump(store: Store, root?: Uint8Array): Promise<string[]> {
  const view = root === undefined ? store : rootedStore(store, root);
  const lines: string[] = [];
  for await (const partition of view.listPartitions()) {
    for await (const { key, value } of view.scan(partition, WHOLE_PARTITION)) {
      lines.push([partition, key, value].map(toHex).join(' '));
    }
  }
  return lines;
}

/** What {@link dump} gives where a world was imported. */
export function dumpOf(world: World): string[] {
  const entries: [Uint8Array, Uint8Array, Uint8Array][] = [];
  for (const [actorId, model] of world) {
    const partition = encodeActorPartition(actorId);
    const pairs = pairsOf(model);
    const isLayout0 = pairs.some(([key]) => key[0] === 0x09);
    if (!isLayout0) pairs.push([USAGE_KEY, usageOf(pairs)]);
    for (const [key, value] of pairs) entries.push([partition, key, value]);
    const times = Object.values(model.wake ?? {}) as number[];
    if (times.length === 0) continue;
    const key = keyspaceDue.encode({ wakeAtMs: Math.min(...times), actorId });
    entries.push([encodeKeyspacePartition(), key, new Uint8Array(0)]);
  }
  return entries
    .map((parts) => parts.map(toHex))
    .sort(compareParts)
    .map((parts) => parts.join(' '));
}

function compareParts(a: readonly string[], b: readonly string[]): number {
  const index = a.findIndex((part, i) => part !== b[i]);
  return index === -1 ? 0 : (a[index] as string) < (b[index] as string) ? -1 : 1;
}

/** A recount. */
function usageOf(pairs: readonly Pair[]): Uint8Array {
  const namespaces = Array.from({ length: USAGE_NAMESPACES + 1 }, () => ({ keyCount: 0, bytes: 0 }));
  const all: Pair[] = [...pairs, [USAGE_KEY, new Uint8Array(210)]];
  for (const [key, value] of all) {
    const count = namespaces[Math.min(key[0] as number, USAGE_NAMESPACES)];
    if (count === undefined) continue;
    count.keyCount++;
    count.bytes += key.length + value.length;
  }
  return usagePayload.encode({ namespaces });
}

export const fixedIds = (id: string) => ({ newId: () => id });

export async function exportLines(
  store: Store,
  options: Partial<Parameters<typeof exportKeyspace>[0]> = {},
): Promise<string[]> {
  return collect(exportKeyspace({ store, ...options }));
}

export async function* pieces(
  ...parts: readonly (string | Uint8Array)[]
): AsyncGenerator<string | Uint8Array> {
  yield* parts;
}

export function importText(store: Store, text: string | Uint8Array, options: Partial<ImportOptions> = {}) {
  return importKeyspace({ store, open: () => pieces(text), ...options });
}

/** A store with a small world in it: two actors, one of them due. */
export const SMALL_WORLD: World = new Map([
  [
    'a',
    {
      pairs: [
        [HEADER_KEY, header()],
        [userKey('k'), Uint8Array.of(1, 2, 3)],
      ],
    },
  ],
  [
    'b\u00e9"\n',
    {
      pairs: [
        [userKey('x'), new Uint8Array(0)],
        [userKey('y'), Uint8Array.of(9)],
      ],
      wake: { queueAtMs: 7, stateAtMs: 9 },
    },
  ],
]);

export async function smallExport(exportId = 'an export'): Promise<string[]> {
  const store = new MemoryStore();
  await plantWorld(store, SMALL_WORLD);
  return exportLines(store, { ids: fixedIds(exportId) });
}

const value = fc.oneof(
  { weight: 20, arbitrary: fc.uint8Array({ maxLength: 40 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(0, 4_095, 4_096, 131_072, 132_096).map((n) => new Uint8Array(n).fill(7)),
  },
);

const keysOf = (layout: 0 | 1): Uint8Array[] =>
  ACTOR_FAMILIES.filter(({ layouts, name }) => layouts.includes(layout) && !name.startsWith('system.')).map(
    (family) => family.encode(family.example),
  );

// 09 is of layout 0 alone, and tells it.
const LEGACY = keysOf(0).filter(([namespace]) => namespace === 0x09);
const OF_LAYOUT = [keysOf(0).filter(([namespace]) => namespace !== 0x06), keysOf(1)] as const;

const timeMs = fc.maxSafeNat();
const wake: fc.Arbitrary<WakeRecord> = fc.record(
  { stateAtMs: timeMs, queueAtMs: timeMs, workflowAtMs: timeMs },
  { requiredKeys: [] },
);

const model: fc.Arbitrary<ActorModel> = fc.constantFrom(0 as const, 1 as const).chain((layout) => {
  const known = fc.uniqueArray(
    fc.constantFrom(...OF_LAYOUT[layout].filter(([namespace]) => namespace !== 0x04)),
    { selector: toHex, maxLength: 6 },
  );
  const own = fc.uniqueArray(
    fc.uint8Array({ maxLength: 12 }).map((bytes) => kvEntry.encode({ userKey: bytes })),
    { selector: toHex, minLength: 1, maxLength: 20 },
  );
  return fc
    .tuple(known, own, fc.array(value, { minLength: 30, maxLength: 30 }), fc.option(wake, { nil: undefined }))
    .map(([someKnown, someOwn, values, wakeRecord]): ActorModel => {
      const keys = [...someKnown, ...someOwn, ...(layout === 0 ? LEGACY.slice(0, 1) : [])];
      const unique = [...new Map(keys.map((key) => [toHex(key), key])).values()];
      const pairs = unique.map((key, i): Pair => [key, values[i] as Uint8Array]);
      return layout === 0
        ? { pairs }
        : { pairs: [...pairs, [HEADER_KEY, header()] as Pair], wake: wakeRecord };
    });
});

const actorId: fc.Arbitrary<string> = fc
  .oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('a', 'a\u0001', 'ab', 'b'),
  )
  .filter((id) => id.length > 0 && !id.includes('\0') && id.isWellFormed() && Buffer.byteLength(id) <= 254);

export const world: fc.Arbitrary<World> = fc
  .uniqueArray(fc.tuple(actorId, model), { selector: ([id]) => id, maxLength: 6 })
  .map((actors) => new Map(actors));

export function actorIdsIn(lines: readonly string[]): string[] {
  return lines
    .map((line) => JSON.parse(line))
    .filter(({ type }) => type === 'actor')
    .map(({ actorId: id }) => id);
}

/** Seals lines as EXPORT.md says, without the code under test; `{sha256}` stands for that of the lines before. */
export function sealed(bodies: readonly string[]): string {
  let text = '';
  let check = '';
  for (const body of bodies) {
    const filled = body.replace('{sha256}', createHash('sha256').update(text).digest('hex'));
    check = createHash('sha256').update(check).update(filled).digest('hex').slice(0, 16);
    text += `${filled},"check":"${check}"}\n`;
  }
  return text;
}

export const BEGIN =
  '{"type":"begin","format":"actor-keyspace export","formatVersion":1,"layoutVersion":1,"exportId":"x"';

/** The bodies of an export with these actors, whatever is wrong with them. */
export function bodiesOf(actors: readonly (readonly [id: string, pairs: readonly Pair[]])[]): string[] {
  const bodies = [BEGIN];
  let [allEntries, allBytes] = [0, 0];
  for (const [id, pairs] of actors) {
    const digest = createHash('sha256');
    let bytes = 0;
    bodies.push(`{"type":"actor","actorId":${JSON.stringify(id)}`);
    for (const [key, entry] of pairs) {
      bodies.push(`{"type":"entry","key":"${toHex(key)}","value":"${Buffer.from(entry).toString('base64')}"`);
      bytes += key.length + entry.length;
      for (const part of [key, entry]) {
        const length = Buffer.alloc(4);
        length.writeUInt32BE(part.length);
        digest.update(length).update(part);
      }
    }
    bodies.push(
      `{"type":"actorEnd","entries":${pairs.length},"bytes":${bytes},"sha256":"${digest.digest('hex')}"`,
    );
    allEntries += pairs.length;
    allBytes += bytes;
  }
  bodies.push(
    `{"type":"end","actors":${actors.length},"entries":${allEntries},"bytes":${allBytes},"sha256":"{sha256}"`,
  );
  return bodies;
}
