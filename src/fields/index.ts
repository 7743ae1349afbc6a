export {
  ActorFields,
  type FieldEvent,
  type FieldStat,
  type SetFieldOptions,
} from './fields.js';
export { FieldReference, type Hydrated, type HydrateOptions } from './hydrate.js';
export {
  checkFieldDefaults,
  declareFields,
  type FieldDeclarations,
  type FieldDefaults,
  type FieldSettings,
  type OnOversize,
  type TruncatedField,
} from './settings.js';
export { fieldBlobs } from './stored-field.js';
export type { FieldSweepOptions, FieldSweepResult } from './sweep.js';
