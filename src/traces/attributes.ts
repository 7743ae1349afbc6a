import { isKeyspaceError } from '../errors.js';
import { encodeCbor } from '../values/index.js';
import type { DraftAttribute } from './draft-record.js';
import type { TraceAttributes } from './span.js';

/** Attributes of one record, and bytes of all of them; what is more is dropped and counted, as OpenTelemetry has it. */
const COUNT_MAX = 128;
const BYTES_MAX = 32_768;

export interface EncodedAttributes {
  readonly attributes: readonly DraftAttribute[];
  readonly droppedAttributesCount: number;
  readonly bytes: number;
}

const NONE: EncodedAttributes = { attributes: [], droppedAttributesCount: 0, bytes: 0 };

/** Those that are undefined, have no stored form or are too many or too large are dropped and counted. */
export function encodeAttributes(attributes: TraceAttributes | undefined): EncodedAttributes {
  if (attributes === undefined) return NONE;
  const encoded: DraftAttribute[] = [];
  let bytes = 0;
  let droppedAttributesCount = 0;
  for (const key of Object.keys(attributes)) {
    const value = encodeValue(attributes[key]);
    const size = 3 * key.length + (value?.length ?? 0) + 6;
    if (
      value === undefined ||
      !key.isWellFormed() ||
      encoded.length === COUNT_MAX ||
      bytes + size > BYTES_MAX
    ) {
      droppedAttributesCount++;
      continue;
    }
    bytes += size;
    encoded.push({ key, value });
  }
  return { attributes: encoded, droppedAttributesCount, bytes };
}

/** Those of `after` replace those of `before` by key; beyond the limits of one record they are dropped and counted. */
export function mergeAttributes(
  before: readonly DraftAttribute[],
  after: readonly DraftAttribute[],
): EncodedAttributes {
  const merged = new Map([...before, ...after].map((attribute) => [attribute.key, attribute]));
  const attributes: DraftAttribute[] = [];
  let bytes = 0;
  for (const attribute of merged.values()) {
    const size = 3 * attribute.key.length + attribute.value.length + 6;
    if (attributes.length === COUNT_MAX || bytes + size > BYTES_MAX) continue;
    bytes += size;
    attributes.push(attribute);
  }
  return { attributes, droppedAttributesCount: merged.size - attributes.length, bytes };
}

function encodeValue(value: unknown): Uint8Array | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value.length < 24 && isAscii(value)) return shortText(value);
  if (typeof value === 'boolean') return Uint8Array.of(value ? 0xf5 : 0xf4);
  if (
    typeof value === 'number' &&
    value >= 0 &&
    value < 24 &&
    Number.isInteger(value) &&
    !Object.is(value, -0)
  ) {
    return Uint8Array.of(value);
  }
  try {
    return encodeCbor(value);
  } catch (error) {
    if (isKeyspaceError(error, 'value.unserialisable')) return undefined;
    throw error;
  }
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

function shortText(text: string): Uint8Array {
  const bytes = new Uint8Array(1 + text.length);
  bytes[0] = 0x60 + text.length;
  for (let i = 0; i < text.length; i++) bytes[i + 1] = text.charCodeAt(i);
  return bytes;
}
