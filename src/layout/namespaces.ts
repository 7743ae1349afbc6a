import { LAYOUT_VERSION, NAMESPACE, type NamespaceName } from './constants.js';

export interface NamespaceSummary {
  readonly byte: number;
  readonly name: NamespaceName;
  /** The byte after the namespace byte in layout 1, if there is one. */
  readonly layoutVersion: number | undefined;
  readonly summary: string;
}

const SUMMARIES: Readonly<Record<NamespaceName, string>> = {
  system: "the library's own records about the actor",
  state: 'the actor itself',
  connections: 'connections that outlive a restart',
  inspectorToken: "the inspector's token",
  kv: "the user's key-value store",
  queue: 'messages',
  workflow: 'a replaying workflow',
  traces: 'spans, in time buckets',
  sqlite: "a database's files, in chunks",
  legacySqlite: 'the same in layout 0; otherwise never used',
  blobs: 'large values, by digest',
  fields: 'named values',
};

/** Every namespace, in the order of their bytes, which is their index. */
export const NAMESPACES: readonly NamespaceSummary[] = (Object.keys(NAMESPACE) as NamespaceName[]).map(
  (name) => ({
    byte: NAMESPACE[name],
    name,
    layoutVersion: (LAYOUT_VERSION as Partial<Record<NamespaceName, number>>)[name],
    summary: SUMMARIES[name],
  }),
);
