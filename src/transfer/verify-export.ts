import { Meter, type TransferCounts } from './progress.js';
import { type ExportSource, type ExportSummary, readExport } from './read-export.js';

export interface VerifyExportOptions {
  readonly source: ExportSource;
  /** Ends the reading with the next piece. */
  readonly signal?: AbortSignal | undefined;
  /** Called now and then, and with the totals at the end. What it throws ends the reading. */
  readonly onProgress?: ((progress: TransferCounts) => void) | undefined;
}

/**
 * Reads a whole export and checks that it is one, unchanged: what an import checks before it writes, but for
 * what depends on the store.
 *
 * @throws {KeyspaceError} `export.malformed` naming the first line that is wrong, `export.version_unsupported`,
 * `layout.unsupported`. What the source throws, and why the signal was aborted.
 */
export async function verifyExport({
  source,
  signal,
  onProgress,
}: VerifyExportOptions): Promise<ExportSummary> {
  const meter = new Meter((counts) => onProgress?.(counts));
  let summary: ExportSummary | undefined;
  for await (const item of readExport(source, signal)) {
    if (item.type === 'entry') meter.entry(item.key, item.value);
    if (item.type === 'actorEnd') meter.actor();
    if (item.type === 'end') summary = item.summary;
  }
  meter.tell();
  // Without its end it was refused.
  return summary as ExportSummary;
}
