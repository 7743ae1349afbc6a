import { type IdSource, randomIds } from '../clock.js';
import { KeyspaceError } from '../errors.js';
import { encodeRoot } from '../layout/index.js';
import { assertCommitBytes, rootedStore, type Store } from '../store/index.js';
import { ADDED, ImportRun, publishBytes } from './import-run.js';
import { malformedExport } from './malformed.js';
import { Meter, type TransferCounts } from './progress.js';
import { type ExportSource, type ExportSummary, readExport } from './read-export.js';
import { Conflicts, findActor } from './target-actor.js';

export interface ImportOptions {
  readonly store: Store;
  /** Name of the root to import under, which need not be the one exported from. Default none. */
  readonly root?: string | undefined;
  /** The export from its beginning. Called twice: all of it is checked before anything is written. */
  readonly open: () => ExportSource;
  /** Check everything, and write nothing. Default false. */
  readonly dryRun?: boolean | undefined;
  /** Ends the import with the next piece; what it wrote is removed. */
  readonly signal?: AbortSignal | undefined;
  /** Called now and then. What it throws ends the import; what was written is removed. */
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
  /** Where the import's id is from. Default: random. */
  readonly ids?: IdSource | undefined;
}

/** How much of an export is checked, or how much of it is written. */
export interface ImportProgress extends TransferCounts {
  readonly phase: 'check' | 'write';
  /** What there is altogether, once that is known. */
  readonly totals: TransferCounts | undefined;
}

/**
 * Imports the actors of an export, none of which may exist: all of them appear at once, or none does.
 *
 * Until then they are marked as incomplete and cannot be opened. A process that dies on the way leaves them so,
 * and importing again goes over them; of two imports of the same actors at once, at most one succeeds. Memory grows
 * with the number of actors, not with what they hold.
 *
 * @returns What was imported.
 * @throws {KeyspaceError} Before anything is written: `export.malformed` (also later, if the export is another
 * one when it is read again), `export.version_unsupported`, `layout.unsupported`, `import.conflict`,
 * `store.full`, `commit.too_large` for more actors than one commit can show. Later, and what was written is
 * removed: `commit.fenced`, `commit.check_failed` or `import.conflict` if somebody else took an actor,
 * `store.full`, or what the store throws; why the signal was aborted, what the source throws. `commit.unknown` if
 * it may have succeeded. `import.unfinished` if not all could be removed, with the failure as `cause`.
 * @throws {TypeError | RangeError} On options of the wrong type, or a root that is too long.
 *
 * @example
 * await importKeyspace({ store, open: () => createReadStream('actors.jsonl') });
 */
export async function importKeyspace(options: ImportOptions): Promise<ExportSummary> {
  const { store, root, open, dryRun = false, signal, onProgress, ids = randomIds } = options;
  if (typeof open !== 'function') throw new TypeError('open must be a function');
  if (typeof dryRun !== 'boolean') throw new TypeError('dryRun must be a boolean');
  const view = rootedStore(store, encodeRoot(root));
  const checked = await check(view, open(), signal, (counts) =>
    onProgress?.({ phase: 'check', ...counts, totals: undefined }),
  );
  if (dryRun) return checked;
  const importId = ids.newId();
  const run = new ImportRun(view, importId);
  const { actors, entries, bytes } = checked;
  const meter = new Meter((counts) =>
    onProgress?.({ phase: 'write', ...counts, totals: { actors, entries, bytes } }),
  );
  try {
    await write(run, meter, open(), signal, checked);
    meter.tell();
    signal?.throwIfAborted();
    await run.publish();
  } catch (error) {
    const left = await run.rollBack();
    if (left === 0) throw error;
    throw new KeyspaceError(
      'import.unfinished',
      `the import failed, and ${left} ${left === 1 ? 'actor' : 'actors'} could not be removed`,
      { importId, actors: left },
      { cause: error },
    );
  }
  return checked;
}

/** Everything that can be known before anything is written. */
async function check(
  store: Store,
  source: ExportSource,
  signal: AbortSignal | undefined,
  tell: (counts: TransferCounts) => void,
): Promise<ExportSummary> {
  const meter = new Meter(tell);
  const conflicts = new Conflicts();
  let summary: ExportSummary | undefined;
  let actorId = '';
  let partitionBytes = 0;
  let bytesOfPartitions = 0;
  let bytesToPublish = 0;
  for await (const item of readExport(source, signal)) {
    switch (item.type) {
      case 'actor':
        ({ actorId } = item);
        partitionBytes = item.partition.length;
        if ((await findActor(store, item.partition)) === 'actor') conflicts.add(actorId);
        break;
      case 'entry':
        meter.entry(item.key, item.value);
        break;
      case 'actorEnd':
        meter.actor();
        bytesOfPartitions += partitionBytes * (item.content.entries + ADDED.entries);
        bytesToPublish += publishBytes(actorId, item.content.wakeAtMs);
        break;
      case 'end':
        ({ summary } = item);
    }
  }
  meter.tell();
  conflicts.assertNone();
  assertCommitBytes(bytesToPublish, store.limits.commitBytesMax);
  const { actors, entries, bytes } = meter.counts;
  store.assertRoom?.(
    entries + actors * ADDED.entries,
    bytes + bytesOfPartitions + actors * ADDED.bytes + bytesToPublish,
  );
  // Without its end it was refused.
  return summary as ExportSummary;
}

async function write(
  run: ImportRun,
  meter: Meter,
  source: ExportSource,
  signal: AbortSignal | undefined,
  checked: ExportSummary,
): Promise<void> {
  for await (const item of readExport(source, signal)) {
    if (item.type === 'end') {
      if (item.summary.sha256 === checked.sha256) continue;
      throw malformedExport(item.lineNumber, 'the export is another one than when it was checked');
    }
    await run.accept(item);
    if (item.type === 'entry') meter.entry(item.key, item.value);
    if (item.type === 'actorEnd') meter.actor();
  }
}
