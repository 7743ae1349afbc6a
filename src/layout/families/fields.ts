import { BLOBS, LAYOUT_VERSION, NAMESPACE } from '../constants.js';
import { defineKey } from '../define.js';
import { tupleString, tupleUint } from '../tuple-fields.js';
import { quoted } from '../wording.js';

const declared = { layouts: [1], status: 'current' } as const;

export type FieldKey = { readonly fieldName: string };

/** One named field of the actor. */
export const actorField = defineKey<FieldKey>({
  ...declared,
  name: 'field',
  prefix: [NAMESPACE.fields, LAYOUT_VERSION.fields],
  tuple: [],
  fields: { fieldName: tupleString },
  split: (key, write, target, offset) => write(target, offset, key.fieldName),
  join: (fieldName) => ({ fieldName }),
  payload: 'field',
  summary: 'one named field',
  example: { fieldName: 'avatar' },
  describe: ({ fieldName }) => `Field ${quoted(fieldName)}.`,
});

export type FieldExpiryKey = { readonly expiresAtMs: number; readonly fieldName: string };

/** A field that ends, in order of when it does. Among the blobs, since all of its own namespace is names. */
export const fieldExpiry = defineKey<FieldExpiryKey>({
  ...declared,
  name: 'blobs.fieldExpiry',
  prefix: [NAMESPACE.blobs, LAYOUT_VERSION.blobs],
  tuple: [BLOBS.fieldExpiry],
  fields: { expiresAtMs: tupleUint(), fieldName: tupleString },
  split: (key, write, target, offset) => write(target, offset, key.expiresAtMs, key.fieldName),
  join: (expiresAtMs: number, fieldName: string) => ({ expiresAtMs, fieldName }),
  payload: 'none: no bytes',
  summary: 'a field that ends, by when it does',
  example: { expiresAtMs: 1_771_900_000_000, fieldName: 'avatar' },
  describe: ({ expiresAtMs, fieldName }) => `Field ${quoted(fieldName)} ends at millisecond ${expiresAtMs}.`,
});
