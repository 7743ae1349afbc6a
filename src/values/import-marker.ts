import { definePayload, firstVersion, type Payload } from './payload.js';
import {
  type ImportMarker,
  readImportMarker,
  writeImportMarker,
} from './schemas/import-marker-v1.generated.js';

/** That an import of the actor has begun and not ended. */
export interface ImportMarkerRecord {
  /** Which run of an import writes the actor. */
  readonly importId: string;
}

/** The value at key `00 01 ‖ T["import"]`. Format: version 1, str. */
export const importMarkerPayload: Payload<ImportMarkerRecord> = definePayload({
  name: 'system.import_marker',
  versions: firstVersion(1, readImportMarker),
  write: writeImportMarker,
  toWire: ({ importId }: ImportMarkerRecord): ImportMarker => ({ importId }),
  fromWire: ({ importId }): ImportMarkerRecord => ({ importId }),
});
