import { copyBytes } from '../bytes/index.js';
import {
  actorField,
  actorState,
  blobChunk,
  blobDescriptor,
  blobExpiry,
  blobPass,
  blobReference,
  blobRetirement,
  blobRoot,
  blobRootMember,
  blobUpload,
  blobUploadChunk,
  connection,
  fieldExpiry,
  inspectorToken,
  isLayout0QueueMetadata,
  keyspaceDue,
  kvEntry,
  LAYOUT_0_WORKFLOW_FIELD,
  type Location,
  layout0QueueMessage,
  layout0QueueMetadata,
  layout0SqliteChunk,
  layout0SqliteMeta,
  layout0TraceChunk,
  layout0WorkflowEntryMetadata,
  layout0WorkflowField,
  layout0WorkflowHistory,
  layout0WorkflowName,
  SQLITE_CHUNK_BYTES,
  sqliteChunk,
  sqliteMeta,
  systemImport,
  systemLayout,
  systemUsage,
  systemWake,
  traceChunk,
  traceIndex,
  WORKFLOW_FIELD,
  workflowEntryMetadata,
  workflowField,
  workflowHistory,
  workflowMessage,
  workflowName,
} from '../layout/index.js';
import {
  actorContents,
  actorPayload,
  connectionContents,
  connectionPayload,
  decodeCbor,
  decodeTraceChunk,
  fileMetaPayload,
  importMarkerPayload,
  layoutHeaderPayload,
  traceIndexPayload,
  usagePayload,
  type WakeRecord,
  wakePayload,
  workflowEntryPayload,
  workflowMessagePayload,
  workflowMetadataPayload,
} from '../values/index.js';
import {
  blobBytesValue,
  blobDescriptorValue,
  blobPassValue,
  blobReferenceValue,
  blobRetirementValue,
  blobRootValue,
  blobUploadValue,
  fieldValue,
} from './blob-values.js';
import { emptyValue, text, undecoded, type ValueDecoder } from './plain-values.js';
import { QUEUE_DECODERS, queueMessageValue, queueMetadataValue } from './queue-values.js';
import { malformed, workflowState } from './records.js';
import { plural, time } from './words.js';
import { decodedWorkflowEntry, workflowEntrySentence } from './workflow.js';

const fileMetaValue: ValueDecoder = (value) => {
  const record = fileMetaPayload.decode(value);
  return { kind: 'fileMeta', record, sentence: `a file of ${plural(record.fileBytes, 'byte')}` };
};

const sqliteChunkValue: ValueDecoder = (value) => {
  const missing = SQLITE_CHUNK_BYTES - value.length;
  if (value.length === 0) throw malformed('sqlite chunk', 0, 'no bytes');
  if (missing < 0) throw malformed('sqlite chunk', SQLITE_CHUNK_BYTES, 'trailing bytes');
  const sentence = missing === 0 ? 'a whole chunk' : `a chunk that ends with ${plural(missing, 'zero byte')}`;
  return { kind: 'sqliteChunk', record: copyBytes(value), sentence };
};

const workflowNameValue: ValueDecoder = (value) => ({
  kind: 'workflowName',
  record: text(value, 'workflow name'),
  sentence: `a name of ${plural(value.length, 'byte')}`,
});

const workflowStateValue: ValueDecoder = (value) => {
  const record = workflowState(text(value, 'workflow state'));
  return { kind: 'workflowState', record, sentence: record };
};

function workflowCbor(
  kind: 'workflowOutput' | 'workflowError' | 'workflowInput',
  noun: string,
): ValueDecoder {
  return (value) => ({
    kind,
    record: decodeCbor(value),
    sentence: `${plural(value.length, 'byte')} of ${noun}`,
  });
}

const workflowEntryValue: ValueDecoder = (value, { location }) => {
  const entry = workflowEntryPayload.decode(value);
  const record = decodedWorkflowEntry(entry, location as Location);
  return { kind: 'workflowEntry', record, sentence: workflowEntrySentence(entry.event) };
};

const workflowMetadataValue: ValueDecoder = (value) => {
  const record = workflowMetadataPayload.decode(value);
  const sentence = `${record.status}, ${plural(record.attempts, 'attempt')}`;
  return { kind: 'workflowMetadata', record, sentence };
};

const traceChunkValue: ValueDecoder = (value) => {
  const record = decodeTraceChunk(value);
  const { records, activeSpans } = record;
  const sentence = `${plural(records.length, 'record')}, ${plural(activeSpans.length, 'active span')}`;
  return { kind: 'traceChunk', record, sentence };
};

const WORKFLOW_FIELDS = {
  state: workflowStateValue,
  output: workflowCbor('workflowOutput', 'output'),
  error: workflowCbor('workflowError', 'error'),
  input: workflowCbor('workflowInput', 'input'),
} as const;

/** Its values are told apart by the number of the field, which layouts give differently. */
function workflowFieldValue(numbers: Readonly<Record<keyof typeof WORKFLOW_FIELDS, number>>): ValueDecoder {
  const names = Object.keys(WORKFLOW_FIELDS) as (keyof typeof WORKFLOW_FIELDS)[];
  return (value, fields) => {
    const name = names.find((known) => numbers[known] === fields.field);
    return name === undefined ? undecoded(value) : WORKFLOW_FIELDS[name](value, fields);
  };
}

/**
 * How the values of each family are decoded, by the family's name. Families that are not here have values whose
 * format is open, or not known to this version.
 */
export const VALUE_DECODERS: Readonly<Record<string, ValueDecoder>> = {
  [systemLayout.name]: (value) => {
    const record = layoutHeaderPayload.decode(value);
    return { kind: 'layoutHeader', record, sentence: `layout ${record.layoutVersion}` };
  },
  [systemUsage.name]: (value) => {
    const record = usagePayload.decode(value);
    const sum = (unit: 'keyCount' | 'bytes') =>
      record.namespaces.reduce((all, counts) => all + counts[unit], 0);
    return {
      kind: 'usage',
      record,
      sentence: `${plural(sum('keyCount'), 'key')}, ${plural(sum('bytes'), 'byte')}`,
    };
  },
  [systemWake.name]: (value) => {
    const record = wakePayload.decode(value);
    return { kind: 'wake', record, sentence: wakeSentence(record) };
  },
  [systemImport.name]: (value) => ({
    kind: 'importMarker',
    record: importMarkerPayload.decode(value),
    sentence: 'an import that has not ended',
  }),
  [actorState.name]: (value) => {
    const record = actorPayload.decode(value);
    const { initialized, scheduledEvents, state } = record;
    const sentence = `${initialized ? 'initialized' : 'not initialized'}, ${plural(scheduledEvents.length, 'scheduled event')}, ${plural(state.length, 'byte')} of state`;
    return { kind: 'actor', record: actorContents(record), sentence };
  },
  [connection.name]: (value, { connectionId }) => {
    const record = connectionPayload.decode(value);
    const { subscriptions, parameters, state } = record;
    const sentence = `${plural(subscriptions.length, 'subscription')}, ${plural(parameters.length, 'byte')} of parameters, ${plural(state.length, 'byte')} of state`;
    return { kind: 'connection', record: connectionContents(record, connectionId as string), sentence };
  },
  [inspectorToken.name]: (value) => ({
    kind: 'inspectorToken',
    record: text(value, 'inspector token'),
    sentence: `a token of ${plural(value.length, 'byte')}`,
  }),
  [kvEntry.name]: (value) => ({
    kind: 'userValue',
    record: copyBytes(value),
    sentence: plural(value.length, 'byte'),
  }),
  ...QUEUE_DECODERS,
  [workflowName.name]: workflowNameValue,
  [workflowField.name]: workflowFieldValue(WORKFLOW_FIELD),
  [workflowHistory.name]: workflowEntryValue,
  [workflowEntryMetadata.name]: workflowMetadataValue,
  [workflowMessage.name]: (value) => {
    const { data, ...rest } = workflowMessagePayload.decode(value);
    const sentence = `${plural(data.length, 'byte')} of data, sent at ${time(rest.sentAtMs)}`;
    return { kind: 'workflowMessage', record: { ...rest, data: decodeCbor(data) }, sentence };
  },
  [traceChunk.name]: traceChunkValue,
  [traceIndex.name]: (value) => {
    const record = traceIndexPayload.decode(value);
    const { recordCount, chunkBytes, traces } = record;
    const sentence = `${plural(recordCount, 'record')} of ${plural(traces.length, 'trace')} in ${plural(chunkBytes, 'byte')}`;
    return { kind: 'traceIndex', record, sentence };
  },
  [sqliteMeta.name]: fileMetaValue,
  [sqliteChunk.name]: sqliteChunkValue,
  [blobDescriptor.name]: blobDescriptorValue,
  [blobChunk.name]: blobBytesValue,
  [blobReference.name]: blobReferenceValue,
  [blobExpiry.name]: emptyValue,
  [blobRetirement.name]: blobRetirementValue,
  [blobRoot.name]: blobRootValue,
  [blobRootMember.name]: emptyValue,
  [blobUpload.name]: blobUploadValue,
  [blobUploadChunk.name]: blobBytesValue,
  [blobPass.name]: blobPassValue,
  [fieldExpiry.name]: emptyValue,
  [actorField.name]: fieldValue,
  // Later versions of RivetKit keep an alarm record at this key.
  [layout0QueueMetadata.name]: (value, fields) =>
    isLayout0QueueMetadata(value) ? queueMetadataValue(value, fields) : undecoded(value),
  [layout0QueueMessage.name]: queueMessageValue,
  [layout0WorkflowName.name]: workflowNameValue,
  [layout0WorkflowField.name]: workflowFieldValue(LAYOUT_0_WORKFLOW_FIELD),
  [layout0WorkflowHistory.name]: workflowEntryValue,
  [layout0WorkflowEntryMetadata.name]: workflowMetadataValue,
  [layout0TraceChunk.name]: traceChunkValue,
  [layout0SqliteMeta.name]: fileMetaValue,
  [layout0SqliteChunk.name]: sqliteChunkValue,
  [keyspaceDue.name]: emptyValue,
};

function wakeSentence({ stateAtMs, queueAtMs, workflowAtMs }: WakeRecord): string {
  const parts = [
    ['state', stateAtMs],
    ['queue', queueAtMs],
    ['workflow', workflowAtMs],
  ] as const;
  const due = parts.flatMap(([name, atMs]) => (atMs === undefined ? [] : [`${name} due at ${time(atMs)}`]));
  return due.length === 0 ? 'nothing due' : due.join(', ');
}
