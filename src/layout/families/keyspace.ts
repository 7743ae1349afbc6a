import { defineKey } from '../define.js';
import { tupleActorId, tupleUint } from '../tuple-fields.js';
import { quoted } from '../wording.js';

export type DueKey = { readonly wakeAtMs: number; readonly actorId: string };

/** When an actor has to be woken, in milliseconds since 1970. Byte order is the order of waking. */
export const keyspaceDue = defineKey<DueKey>({
  name: 'keyspace.due',
  partition: 'keyspace',
  layouts: [],
  status: 'current',
  prefix: [],
  tuple: ['due'],
  fields: { wakeAtMs: tupleUint(), actorId: tupleActorId },
  split: (key, write, target, offset) => write(target, offset, key.wakeAtMs, key.actorId),
  join: (wakeAtMs: number, actorId: string) => ({ wakeAtMs, actorId }),
  payload: 'no bytes',
  summary: 'one actor to wake, by time',
  example: { wakeAtMs: 1_771_900_000_000, actorId: 'a' },
  describe: ({ wakeAtMs, actorId }) =>
    `Actor ${quoted(actorId)} is due at millisecond ${wakeAtMs} since 1970.`,
});
