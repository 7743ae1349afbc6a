import { toHex } from '../bytes/index.js';
import { LAYOUT_PROBES } from './classify.js';
import { LAYOUT_VERSION_CURRENT, SQLITE_FILE_TAG } from './constants.js';
import { ACTOR_FAMILIES, KEYSPACE_FAMILIES } from './families/index.js';
import type { KeyFormat } from './key-format.js';
import { NAMESPACES } from './namespaces.js';

/** The value of a field in JSON: bytes as hex, bigints as decimal digits, everything else as it is. */
function fieldToJson(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return value.map(fieldToJson);
  if (typeof value === 'object' && value !== null) return fieldsToJson(value);
  return value;
}

/** The fields of a key in JSON, as {@link fieldToJson} writes each. */
export function fieldsToJson(fields: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, fieldToJson(value)]));
}

function familyToJson(family: KeyFormat<object>): Record<string, unknown> {
  const { begin, end } = family.range();
  return {
    name: family.name,
    partition: family.partition,
    layouts: family.layouts,
    status: family.status,
    namespace: family.namespace,
    layoutVersion: family.layoutVersion,
    notation: family.notation,
    prefixHex: toHex(family.prefix),
    range: { beginHex: toHex(begin), endHex: toHex(end) },
    fields: family.fields,
    payload: family.payload,
    summary: family.summary,
    example: {
      keyHex: toHex(family.encode(family.example)),
      fields: fieldsToJson(family.example),
      sentence: family.describe(family.example),
    },
  };
}

/**
 * The registry of namespaces and families as JSON text, for tools in other languages: what `layout.json` of
 * the package holds.
 */
export function renderLayoutJson(): string {
  const registry = {
    layoutVersionCurrent: LAYOUT_VERSION_CURRENT,
    namespaces: NAMESPACES,
    families: [...ACTOR_FAMILIES, ...KEYSPACE_FAMILIES].map(familyToJson),
    probes: LAYOUT_PROBES.map(({ layout, notation, range }) => ({
      layout,
      notation,
      range: { beginHex: toHex(range.begin), endHex: toHex(range.end) },
    })),
    sqliteFileTags: SQLITE_FILE_TAG,
  };
  return `${JSON.stringify(registry, null, 2)}\n`;
}
