import { inspect } from 'node:util';
import { isKeyspaceError } from '../errors.js';
import { type ActorKeyspace, openKeyspace, type Snapshot, type Store } from '../index.js';
import { type KeyDescription, readableText } from './describe-key.js';
import { failureLine } from './failure.js';
import { toHex } from './hex.js';
import { printable, quoted } from './output.js';

const VALUE_CHARACTERS_MAX = 120;

/** Says of values what they are, in a few words; the user's own data only if asked to. */
export interface Summaries {
  /** Why the actor's structured values cannot be read, for example because its layout is newer. */
  readonly problem?: string;
  summarise(description: KeyDescription, value: Uint8Array): Promise<string | undefined>;
}

/** Summaries of one actor's values as a snapshot has them. */
export async function openSummaries(
  store: Store,
  snapshot: Snapshot,
  actorId: string,
  root: string,
  values: boolean,
): Promise<Summaries> {
  const keyspace = await openKeyspace({ store: asStore(store, snapshot), root, sharedStore: true });
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
    async summarise(description, value) {
      const words = actor && (await structured(actor, description, value, values));
      return words ?? (values ? shortValue(value) : undefined);
    },
  };
}

async function structured(
  actor: ActorKeyspace,
  { family, fields }: KeyDescription,
  value: Uint8Array,
  values: boolean,
): Promise<string | undefined> {
  try {
    switch (family) {
      case 'system.layout':
        return layoutHeaderWords(value);
      case 'state': {
        const record = await actor.state.get();
        if (record === undefined) return undefined;
        const { initialized, scheduledEvents, state } = record;
        const words = `${initialized ? 'initialized' : 'not initialized'}, ${count(scheduledEvents.length, 'scheduled event')}`;
        return values ? `${words}, state ${shown(state)}` : words;
      }
      case 'connection': {
        const record = await actor.connections.get(fields.connectionId as string);
        if (record === undefined) return undefined;
        const words = count(record.subscriptions.length, 'subscription');
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

/** The header has its payload version, which is 1, and the layout: two 16-bit numbers, little-endian. */
function layoutHeaderWords(value: Uint8Array): string | undefined {
  const [low, high, layoutLow, layoutHigh] = value;
  if (value.length !== 4 || low !== 1 || high !== 0) return undefined;
  return `layout ${(layoutLow as number) + 256 * (layoutHigh as number)}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function shown(value: unknown): string {
  const text = inspect(value, {
    depth: 4,
    breakLength: Number.POSITIVE_INFINITY,
    maxArrayLength: 10,
    maxStringLength: VALUE_CHARACTERS_MAX,
  });
  return printable(text.length > VALUE_CHARACTERS_MAX ? `${text.slice(0, VALUE_CHARACTERS_MAX)}…` : text);
}

function shortValue(value: Uint8Array): string | undefined {
  if (value.length === 0) return undefined;
  // A character has at most four bytes.
  const text = readableText(value, 4 * VALUE_CHARACTERS_MAX);
  if (text !== undefined) return quoted(text, VALUE_CHARACTERS_MAX);
  const bytesMax = VALUE_CHARACTERS_MAX / 2;
  return `${toHex(value.subarray(0, bytesMax))}${value.length > bytesMax ? '…' : ''}`;
}

/** A store that only reads, and only what the snapshot sees. */
function asStore({ limits, capabilities }: Store, snapshot: Snapshot): Store {
  const refuse = async (): Promise<never> => {
    throw new TypeError('a snapshot cannot be written');
  };
  const reads: Omit<Snapshot, 'close'> = {
    get: (partition, key) => snapshot.get(partition, key),
    getMany: (partition, keys) => snapshot.getMany(partition, keys),
    scan: (partition, range, options) => snapshot.scan(partition, range, options),
    listPartitions: () => snapshot.listPartitions(),
    sync: snapshot.sync,
  };
  return {
    limits,
    capabilities,
    ...reads,
    snapshot: async () => ({ ...reads, close: () => {} }),
    claim: refuse,
    commit: refuse,
    close: async () => {},
  };
}
