export { spacedHex } from '../bytes/index.js';
export { ACTOR_ID_BYTES_MAX, measureActorId } from './actor-id.js';
export {
  classifyLayout,
  isLayout0QueueMetadata,
  LAYOUT_PROBES,
  type LayoutProbe,
} from './classify.js';
export * from './constants.js';
export { type DecodedKey, type DecodedKeyspaceKey, decodeKey, decodeKeyspaceKey } from './decode-key.js';
export * from './families/index.js';
export type {
  FieldSummary,
  KeyFormat,
  KeyStatus,
  LayoutRange,
  NoFields,
  PartitionKind,
} from './key-format.js';
export { fieldsToJson, renderLayoutJson } from './layout-json.js';
export type { Location, LocationSegment, LoopIteration } from './location.js';
export { renderGeneratedParts, renderMarkdownTables } from './markdown.js';
export { NAMESPACES, type NamespaceSummary } from './namespaces.js';
export {
  type DecodedPartition,
  decodePartition,
  encodeActorPartition,
  encodeKeyspacePartition,
  encodeRoot,
  ROOT_BYTES_MAX,
} from './partition.js';
