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
  payload: 'not defined yet',
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

/** How far a migration of the actor has come. */
export const systemMigration = defineKey<NoFields>({
  ...declared,
  name: 'system.migration',
  tuple: ['migration'],
  payload: 'not defined yet',
  summary: 'how far a migration of the actor has come',
  describe: () => 'How far a migration of the actor has come.',
});
