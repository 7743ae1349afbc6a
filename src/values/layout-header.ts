import { definePayload, firstVersion, type Payload } from './payload.js';
import {
  type LayoutHeader,
  readLayoutHeader,
  writeLayoutHeader,
} from './schemas/layout-header-v1.generated.js';

/** Which layout an actor's keys are in. */
export interface LayoutHeaderRecord {
  /** 0 to 65,535. */
  readonly layoutVersion: number;
}

/** The value of an actor's layout header. Format: version 1, u16. Always 4 bytes. */
export const layoutHeaderPayload: Payload<LayoutHeaderRecord> = definePayload({
  name: 'system.layout_header',
  versions: firstVersion(1, readLayoutHeader),
  write: writeLayoutHeader,
  toWire: ({ layoutVersion }: LayoutHeaderRecord): LayoutHeader => ({ layoutVersion }),
  fromWire: ({ layoutVersion }): LayoutHeaderRecord => ({ layoutVersion }),
});
