import { inspect } from 'node:util';
import { isKeyspaceError } from '../errors.js';
import { type ActorKeyspace, openKeyspace, type Snapshot, type Store } from '../index.js';
import type { Layout } from '../layout/index.js';
import { readableText } from './describe-key.js';
import { failureLine } from './failure.js';
import { toHex } from './hex.js';
import { quoted } from './output.js';
import type { KeyEvent, Summarise } from './tree-events.js';
import { plural } from './words.js';

const VALUE_CHARACTERS_MAX = 120;

/** Says of values what they are, in a few words; the user's own data only if asked to. */
export interface Summaries {
  /** Why the actor's structured values cannot be read, for example because its layout is newer. */
  readonly problem?: string;
  readonly layout: Layout | undefined;
  readonly summarise: Summarise;
}

/** Summaries of one actor's values as a snapshot has them. */
export async function openSummaries(
  store: Store,
  snapshot: Snapshot,
  actorId: string,
  root: string,
  values: boolean,
): Promise<Summaries> {
  // The library decodes what it reads from an actor: here, each value that the walk has read already.
  let inHand: Uint8Array | undefined;
  const view = asStore(store, snapshot, () => inHand);
  const keyspace = await openKeyspace({ store: view, root, sharedStore: true });
  let actor: ActorKeyspace | undefined;
  let problem: string | undefined;
  try {
    actor = await keyspace.openActor(actorId, { readOnly: true });
  } catch (error) {
    if (!isKeyspaceError(error)) throw error;
    problem = failureLine(error);
  }
  return {
    ...(problem !== undefined && { problem }),
    layout: actor?.layout,
    async summarise(key, value) {
      inHand = value;
      const words = actor && (await structured(actor, key, values));
      return words ?? (values ? shortValue(value) : undefined);
    },
  };
}

async function structured(
  actor: ActorKeyspace,
  { family, fields }: KeyEvent,
  values: boolean,
): Promise<string | undefined> {
  try {
    switch (family) {
      case 'system.layout':
        return `layout ${actor.layout}`;
      case 'state': {
        const record = await actor.state.get();
        if (record === undefined) return undefined;
        const { initialized, scheduledEvents, state } = record;
        const words = `${initialized ? 'initialized' : 'not initialized'}, ${plural(scheduledEvents.length, 'scheduled event')}`;
        return values ? `${words}, state ${shown(state)}` : words;
      }
      case 'connection': {
        const record = await actor.connections.get(fields?.connectionId as string);
        if (record === undefined) return undefined;
        const words = plural(record.subscriptions.length, 'subscription');
        return values
          ? `${words}, parameters ${shown(record.parameters)}, state ${shown(record.state)}`
          : words;
      }
      default:
        return undefined;
    }
  } catch (error) {
    if (isKeyspaceError(error)) return failureLine(error);
    throw error;
  }
}

function shown(value: unknown): string {
  const text = inspect(value, {
    depth: 4,
    breakLength: Number.POSITIVE_INFINITY,
    maxArrayLength: 10,
    maxStringLength: VALUE_CHARACTERS_MAX,
  });
  return text.length > VALUE_CHARACTERS_MAX ? `${text.slice(0, VALUE_CHARACTERS_MAX)}…` : text;
}

function shortValue(value: Uint8Array): string | undefined {
  if (value.length === 0) return undefined;
  // A character has at most four bytes.
  const text = readableText(value, 4 * VALUE_CHARACTERS_MAX);
  if (text !== undefined) return quoted(text, VALUE_CHARACTERS_MAX);
  const bytesMax = VALUE_CHARACTERS_MAX / 2;
  return `${toHex(value.subarray(0, bytesMax))}${value.length > bytesMax ? '…' : ''}`;
}

/** A store that only reads, and only what the snapshot sees; any single key has the value in hand, if one is. */
function asStore(
  { limits, capabilities }: Store,
  snapshot: Snapshot,
  inHand: () => Uint8Array | undefined,
): Store {
  const refuse = async (): Promise<never> => {
    throw new TypeError('a snapshot cannot be written');
  };
  const reads: Omit<Snapshot, 'close'> = {
    get: async (partition, key) => inHand() ?? snapshot.get(partition, key),
    getMany: async (partition, keys) => {
      const value = inHand();
      return value ? keys.map(() => value) : snapshot.getMany(partition, keys);
    },
    scan: (partition, range, options) => snapshot.scan(partition, range, options),
    getSizes: (partition, keys) => snapshot.getSizes(partition, keys),
    scanSizes: (partition, range, options) => snapshot.scanSizes(partition, range, options),
    listPartitions: () => snapshot.listPartitions(),
  };
  return {
    limits,
    capabilities: { ...capabilities, synchronousReads: false },
    ...reads,
    snapshot: async () => ({ ...reads, close: () => {} }),
    claim: refuse,
    commit: refuse,
    close: async () => {},
  };
}
