import { LAYOUT_VERSION, NAMESPACE } from '../constants.js';
import { defineKey } from '../define.js';
import type { NoFields } from '../key-format.js';

const declared = {
  layouts: [1],
  status: 'current',
  prefix: [NAMESPACE.system, LAYOUT_VERSION.system],
  fields: {},
  example: {},
} as const;

/** How many keys and bytes each namespace of the actor has. */
export const systemUsage = defineKey<NoFields>({
  ...declared,
  name: 'system.usage',
  tuple: ['usage'],
  payload: 'usage',
  summary: 'keys and bytes in each namespace',
  describe: () => 'How many keys and bytes each namespace of the actor has.',
});

/** Which layout the actor is in. */
export const systemLayout = defineKey<NoFields>({
  ...declared,
  name: 'system.layout',
  tuple: ['layout'],
  payload: 'layout header',
  summary: 'which layout the actor is in',
  describe: () => 'The layout header: which layout the actor is in.',
});

/** When each part of the actor next has something to do. */
export const systemWake = defineKey<NoFields>({
  ...declared,
  name: 'system.wake',
  tuple: ['wake'],
  payload: 'wake',
  summary: 'when each part of the actor next has something to do',
  describe: () => 'When each part of the actor next has something to do.',
});

/** An import of the actor has begun and not ended: what else is there is not complete. */
export const systemImport = defineKey<NoFields>({
  ...declared,
  name: 'system.import',
  tuple: ['import'],
  payload: 'import marker',
  summary: 'an import of the actor has begun and not ended',
  describe: () => 'An import of the actor has begun and not ended.',
});

/** How far a migration of the actor has come. */
export const systemMigration = defineKey<NoFields>({
  ...declared,
  name: 'system.migration',
  tuple: ['migration'],
  payload: 'not defined yet',
  summary: 'how far a migration of the actor has come',
  describe: () => 'How far a migration of the actor has come.',
});
