import { copyBytes } from '../bytes/index.js';
import {
  blobDescriptorPayload,
  blobPassPayload,
  blobReferencePayload,
  blobRetirementPayload,
  blobRootPayload,
  blobUploadPayload,
  decodeCanonicalJson,
  fieldPayload,
} from '../values/index.js';
import type { DecodedField } from './records.js';
import type { DecodedValue } from './value.js';
import { plural, time } from './words.js';

type BlobValueDecoder = (value: Uint8Array) => DecodedValue;

export const blobDescriptorValue: BlobValueDecoder = (value) => {
  const record = blobDescriptorPayload.decode(value);
  const sentence = `a blob of ${plural(record.byteCount, 'byte')}, stored at ${time(record.storedAtMs)}`;
  return { kind: 'blobDescriptor', record, sentence };
};

export const blobBytesValue: BlobValueDecoder = (value) => ({
  kind: 'blobBytes',
  record: copyBytes(value),
  sentence: plural(value.length, 'byte'),
});

export const blobReferenceValue: BlobValueDecoder = (value) => {
  const record = blobReferencePayload.decode(value);
  const { expiresAtMs } = record;
  const sentence = expiresAtMs === undefined ? 'for good' : `until ${time(expiresAtMs)}`;
  return { kind: 'blobReference', record, sentence };
};

export const blobRetirementValue: BlobValueDecoder = (value) => {
  const record = blobRetirementPayload.decode(value);
  return { kind: 'blobRetirement', record, sentence: `since ${time(record.retiredAtMs)}` };
};

export const blobRootValue: BlobValueDecoder = (value) => {
  const record = blobRootPayload.decode(value);
  const sentence = `${plural(record.memberCount, 'blob')}, written at ${time(record.replacedAtMs)}`;
  return { kind: 'blobRoot', record, sentence };
};

export const blobUploadValue: BlobValueDecoder = (value) => {
  const record = blobUploadPayload.decode(value);
  return { kind: 'blobUpload', record, sentence: `given up at ${time(record.expiresAtMs)}` };
};

export const blobPassValue: BlobValueDecoder = (value) => {
  const record = blobPassPayload.decode(value);
  const end = record.endedAtMs === undefined ? 'not ended' : `ended at ${time(record.endedAtMs)}`;
  return { kind: 'blobPass', record, sentence: `${plural(record.deleted, 'blob')} deleted, ${end}` };
};

export const fieldValue: BlobValueDecoder = (value) => {
  const { content, ...times } = fieldPayload.decode(value);
  const record: DecodedField =
    content.kind === 'inline'
      ? { ...times, value: decodeCanonicalJson(content.json) }
      : { ...times, blob: { digest: content.digest, byteCount: content.byteCount } };
  const bytes = content.kind === 'inline' ? content.json.length : content.byteCount;
  const parts = [
    `${plural(bytes, 'byte')} of JSON${content.kind === 'blob' ? ' in a blob' : ''}`,
    ...(times.expiresAtMs === undefined ? [] : [`until ${time(times.expiresAtMs)}`]),
  ];
  return { kind: 'field', record, sentence: parts.join(', ') };
};
