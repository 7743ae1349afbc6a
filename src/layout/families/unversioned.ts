import { restBytes, restUtf8 } from '../binary-fields.js';
import { NAMESPACE } from '../constants.js';
import { defineKey } from '../define.js';
import type { NoFields } from '../key-format.js';
import { quoted, shortHex } from '../wording.js';

// These four namespaces have no version byte and are the same in both layouts.
const declared = { layouts: [0, 1], status: 'current' } as const;

/** The actor's state, input and scheduled events. */
export const actorState = defineKey<NoFields>({
  ...declared,
  name: 'state',
  prefix: [NAMESPACE.state],
  fields: {},
  payload: 'actor-persist v4 Actor',
  summary: 'the actor: input, state, scheduled events',
  example: {},
  describe: () => "The actor's persisted state.",
});

export type ConnectionKey = { readonly connectionId: string };

/** One connection that outlives a restart. */
export const connection = defineKey<ConnectionKey>({
  ...declared,
  name: 'connection',
  prefix: [NAMESPACE.connections],
  fields: { connectionId: restUtf8 },
  split: (key, write, target, offset) => write(target, offset, key.connectionId),
  join: (connectionId) => ({ connectionId }),
  payload: 'actor-persist v4 Conn',
  summary: 'one connection',
  example: { connectionId: 'abc' },
  describe: ({ connectionId }) => `Connection ${quoted(connectionId)}.`,
});

/** The token that admits an inspector to the actor. */
export const inspectorToken = defineKey<NoFields>({
  ...declared,
  name: 'inspectorToken',
  prefix: [NAMESPACE.inspectorToken],
  fields: {},
  payload: 'token bytes',
  summary: "the inspector's token",
  example: {},
  describe: () => "The inspector's token.",
});

export type KvEntryKey = { readonly userKey: Uint8Array };

/** One entry of the key-value store that the actor's own code uses. */
export const kvEntry = defineKey<KvEntryKey>({
  ...declared,
  name: 'kv.entry',
  prefix: [NAMESPACE.kv],
  fields: { userKey: restBytes },
  split: (key, write, target, offset) => write(target, offset, key.userKey),
  join: (userKey) => ({ userKey }),
  payload: 'user bytes',
  summary: 'one user key',
  example: { userKey: Uint8Array.of(0x68, 0x69) },
  describe: ({ userKey }) => `User key ${shortHex(userKey)}.`,
});
