import { fromData, toData } from './data.js';
import { definePayload, firstVersion, type Payload } from './payload.js';
import { type Field, readField, writeField } from './schemas/field-v1.generated.js';

/** What a field holds: canonical JSON in UTF-8, or the blob that holds it. */
export type FieldContentRecord =
  | { readonly kind: 'inline'; readonly json: Uint8Array }
  | { readonly kind: 'blob'; readonly digest: Uint8Array; readonly byteCount: number };

/** A field. Times are milliseconds since the Unix epoch, 0 to 2^53 - 1. */
export interface FieldRecord {
  readonly updatedAtMs: number;
  /** When it ends; absent if it stays. */
  readonly expiresAtMs?: number;
  readonly content: FieldContentRecord;
}

/**
 * The value at key `0b 01 ‖ T[fieldName]`.
 *
 * Format: version 1, u64 · optional u64 · union {0: data, 1: data[32] · u64}.
 */
export const fieldPayload: Payload<FieldRecord> = definePayload({
  name: 'field',
  versions: firstVersion(1, readField),
  write: writeField,
  toWire: ({ updatedAtMs, expiresAtMs, content }: FieldRecord): Field => ({
    updatedAt: updatedAtMs,
    expiresAt: expiresAtMs,
    content:
      content.kind === 'inline'
        ? { tag: 'FieldInline', val: { json: toData(content.json) } }
        : { tag: 'FieldBlob', val: { digest: toData(content.digest), byteCount: content.byteCount } },
  }),
  fromWire: ({ updatedAt, expiresAt, content }): FieldRecord => ({
    updatedAtMs: updatedAt,
    ...(expiresAt !== undefined && { expiresAtMs: expiresAt }),
    content:
      content.tag === 'FieldInline'
        ? { kind: 'inline', json: fromData(content.val.json) }
        : { kind: 'blob', digest: fromData(content.val.digest), byteCount: content.val.byteCount },
  }),
});
