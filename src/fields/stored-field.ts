import type { ActorAccess } from '../actor/index.js';
import { type Content, type HolderSource, isLive, releaseContent, storeContent } from '../blobs/index.js';
import { KeyspaceError } from '../errors.js';
import { actorField, fieldExpiry, NAMESPACE } from '../layout/index.js';
import { encodeCanonicalJson, type FieldRecord, fieldPayload } from '../values/index.js';
import { type FieldDefaults, settingsOf } from './settings.js';

const NO_BYTES = new Uint8Array(0);

const HOLDER_KIND = 'field';

/** A field as it is stored, and not ended. */
export interface StoredField {
  readonly record: FieldRecord;
  readonly content: Content;
}

/** Which fields are kept in which blobs. Ended ones still are, until they are swept. */
export const fieldBlobs: HolderSource = {
  namespace: NAMESPACE.fields,
  kind: HOLDER_KIND,
  async *blobs(access) {
    for await (const { key, value } of access.scan(actorField.range())) {
      const { content } = fieldPayload.decode(value);
      if (content.kind === 'blob') {
        yield { digest: content.digest, holder: holderOf(actorField.decode(key).fieldName) };
      }
    }
  },
};

/** Ended is as if it were not there, swept or not. */
export async function readField(access: ActorAccess, fieldName: string): Promise<StoredField | undefined> {
  const record = await readRecord(access, fieldName);
  if (record === undefined || !isLive(record, access.clock.nowMs())) return undefined;
  return { record, content: contentOf(record) };
}

export async function* storedFields(
  access: ActorAccess,
): AsyncGenerator<{ fieldName: string } & StoredField, void, undefined> {
  const nowMs = access.clock.nowMs();
  for await (const { key, value } of access.scan(actorField.range())) {
    const record = fieldPayload.decode(value);
    if (!isLive(record, nowMs)) continue;
    yield { fieldName: actorField.decode(key).fieldName, record, content: contentOf(record) };
  }
}

/**
 * Writes a value: the one way in which any call does, in a transaction.
 *
 * @param expiresAtMs When it ends; `undefined` for never.
 * @throws {KeyspaceError} `value.unserialisable`, `value.too_large` of a field that rejects what is oversize.
 */
export async function writeField(
  access: ActorAccess,
  defaults: FieldDefaults,
  fieldName: string,
  bytes: Uint8Array,
  expiresAtMs: number | undefined,
): Promise<void> {
  const { inlineBytesMax, onOversize } = settingsOf(defaults, fieldName);
  const before = await readRecord(access, fieldName);
  const valueBytes = bytes.length;
  let kept = bytes;
  if (valueBytes > inlineBytesMax && onOversize === 'reject') {
    throw new KeyspaceError(
      'value.too_large',
      `the field's value has ${valueBytes} bytes, the limit is ${inlineBytesMax}`,
      { valueBytes, valueBytesMax: inlineBytesMax },
    );
  }
  if (valueBytes > inlineBytesMax && onOversize === 'truncate') {
    kept = encodeCanonicalJson(`[${valueBytes} bytes left out]`);
    defaults.onTruncate?.({ fieldName, valueBytes, inlineBytesMax });
  }
  const content = await storeContent(access, before && contentOf(before), kept, {
    holder: holderOf(fieldName),
    inlineBytesMax: Math.max(inlineBytesMax, kept === bytes ? 0 : kept.length),
  });
  await access.write((writes) => {
    if (before?.expiresAtMs !== undefined) {
      writes.delete(fieldExpiry.encode({ expiresAtMs: before.expiresAtMs, fieldName }));
    }
    if (expiresAtMs !== undefined) writes.set(fieldExpiry.encode({ expiresAtMs, fieldName }), NO_BYTES);
    const record: FieldRecord = {
      updatedAtMs: Math.max(0, access.clock.nowMs()),
      ...(expiresAtMs !== undefined && { expiresAtMs }),
      content:
        content.kind === 'inline'
          ? { kind: 'inline', json: content.bytes }
          : { kind: 'blob', digest: content.digest, byteCount: content.byteCount },
    };
    writes.set(actorField.encode({ fieldName }), fieldPayload.encode(record));
  });
}

/** In a transaction. @returns Whether there was a value that had not ended. */
export async function removeField(access: ActorAccess, fieldName: string): Promise<boolean> {
  const record = await readRecord(access, fieldName);
  if (record === undefined) return false;
  await releaseContent(access, contentOf(record), holderOf(fieldName));
  await access.write((writes) => {
    writes.delete(actorField.encode({ fieldName }));
    if (record.expiresAtMs !== undefined) {
      writes.delete(fieldExpiry.encode({ expiresAtMs: record.expiresAtMs, fieldName }));
    }
  });
  return isLive(record, access.clock.nowMs());
}

async function readRecord(access: ActorAccess, fieldName: string): Promise<FieldRecord | undefined> {
  const bytes = await access.get(actorField.encode({ fieldName }));
  return bytes && fieldPayload.decode(bytes);
}

function contentOf({ content }: FieldRecord): Content {
  return content.kind === 'inline' ? { kind: 'inline', bytes: content.json } : content;
}

function holderOf(fieldName: string): string {
  return `${HOLDER_KIND}:${fieldName}`;
}
