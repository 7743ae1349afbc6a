import { inspect } from 'node:util';
import { isKeyspaceError } from '../errors.js';
import { type DecodedValue, decodeEntry, decodeKeyspaceEntry } from '../index.js';
import { readableText } from './describe-key.js';
import { failureLine } from './failure.js';
import { toHex } from './hex.js';
import { quoted } from './output.js';

const VALUE_CHARACTERS_MAX = 120;

/**
 * What a value is, in a few words, or why it cannot be decoded; `undefined` where there is nothing to say but its
 * length.
 *
 * @param values Whether to add what the value holds, the user's own data among it, shortened.
 */
export function summaryOf(
  kind: 'actor' | 'keyspace',
  key: Uint8Array,
  bytes: Uint8Array,
  values: boolean,
): string | undefined {
  try {
    const { value } = kind === 'actor' ? decodeEntry(key, bytes) : decodeKeyspaceEntry(key, bytes);
    const sentence = SPEAKING.has(value.kind) ? value.sentence : undefined;
    const content = values ? contentOf(value, bytes) : undefined;
    return [sentence, content].filter((part) => part !== undefined).join(', ') || undefined;
  } catch (error) {
    if (isKeyspaceError(error)) return failureLine(error);
    throw error;
  }
}

/** Kinds of which more is known than how long they are. */
const SPEAKING: ReadonlySet<DecodedValue['kind']> = new Set([
  ...(['layoutHeader', 'usage', 'wake', 'importMarker', 'actor', 'connection'] as const),
  ...(['queueMetadata', 'queueMessage', 'workflowState', 'fileMeta'] as const),
  ...(['queueState', 'queuePending', 'queueIdempotency', 'queueDeadLetter'] as const),
  ...(['queueResponse', 'queueQuarantine'] as const),
]);

function contentOf(value: DecodedValue, bytes: Uint8Array): string | undefined {
  switch (value.kind) {
    case 'actor':
      return `state ${shown(value.record.state)}`;
    case 'connection':
      return `parameters ${shown(value.record.parameters)}, state ${shown(value.record.state)}`;
    case 'queueMessage':
      return `body ${shown(value.record.body)}`;
    case 'workflowOutput':
    case 'workflowError':
    case 'workflowInput':
      return shown(value.record);
    default:
      return SPEAKING.has(value.kind) ? undefined : shortValue(bytes);
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
