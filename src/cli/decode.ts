import { isKeyspaceError } from '../errors.js';
import { partitionLength } from '../index.js';
import { decodePartition, spacedHex } from '../layout/index.js';
import { describeKey, hexByte, type KeyDescription } from './describe-key.js';
import { InputError } from './failure.js';
import { pointAt, toHex } from './hex.js';
import { jsonLine, printable } from './output.js';

/** What `decode` found: with `--partition` the partition too, and perhaps nothing else. */
export interface DecodedInput extends Partial<KeyDescription> {
  readonly hex: string;
  readonly partition?:
    | { readonly root: string; readonly actorId: string }
    | { readonly root: string; readonly keyspace: true };
}

/** Bytes that are no key, or no partition. */
export class MalformedInput extends InputError {
  readonly hex: string;
  readonly malformed: { readonly byteOffset: number; readonly reason: string };

  constructor(bytes: Uint8Array, byteOffset: number, reason: string, cause: unknown) {
    super(`key.malformed: byte ${byteOffset}: ${reason}`, pointAt(bytes, byteOffset), { cause });
    this.hex = toHex(bytes);
    this.malformed = { byteOffset, reason };
  }
}

/**
 * @param hasPartition Whether the bytes begin with a partition, as stored keys do.
 * @throws {MalformedInput} Pointing at the byte that is wrong.
 */
export function decodeInput(bytes: Uint8Array, hasPartition: boolean): DecodedInput {
  const hex = toHex(bytes);
  if (!hasPartition) return { hex, ...pointing(bytes, 0, () => describeKey(bytes)) };
  const length = partitionLength(bytes);
  // Where no partition ends, its decoder says why.
  const partition = pointing(bytes, 0, () =>
    decodePartition(bytes.subarray(0, length === -1 ? undefined : length)),
  );
  if (length === bytes.length) return { hex, partition };
  const kind = partition.keyspace ? 'keyspace' : 'actor';
  return { hex, partition, ...pointing(bytes, length, () => describeKey(bytes.subarray(length), kind)) };
}

function pointing<T>(bytes: Uint8Array, start: number, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (!isKeyspaceError(error, 'key.malformed')) throw error;
    const { byteOffset, reason } = error.details;
    throw new MalformedInput(bytes, start + byteOffset, reason, error);
  }
}

/** Lines for a person: the bytes, a sentence, and a table. */
export function decodedLines(decoded: DecodedInput): string[] {
  const { partition, namespace, layoutVersion, layout, family, status, fields = {}, sentence } = decoded;
  const rows: [string, string][] = [];
  if (partition) {
    if (partition.root !== '') rows.push(['root', jsonLine(partition.root)]);
    rows.push(
      'actorId' in partition ? ['actor', jsonLine(partition.actorId)] : ['partition', 'the keyspace'],
    );
  }
  if (namespace) rows.push(['namespace', `${hexByte(namespace.byte)} ${namespace.name}`]);
  if (layoutVersion !== undefined) rows.push(['layout version', hexByte(layoutVersion)]);
  if (layout !== undefined) rows.push(['layout', `${layout}`]);
  if (family !== undefined) rows.push(['family', status === 'current' ? family : `${family} (${status})`]);
  for (const [name, value] of Object.entries(fields)) rows.push([name, jsonLine(value)]);
  return [
    spacedHex(Buffer.from(decoded.hex, 'hex')),
    ...(sentence === undefined ? [] : [`  ${printable(sentence)}`]),
    ...rows.map(([name, value]) => `  ${name.padEnd(16)}${value}`),
  ];
}
