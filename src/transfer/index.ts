export { type ExportOptions, type ExportProgress, exportKeyspace } from './export-keyspace.js';
export { EXPORT_FORMAT_VERSION, EXPORT_LINE_BYTES_MAX } from './format.js';
export { type ImportOptions, type ImportProgress, importKeyspace } from './import-keyspace.js';
export type { TransferCounts } from './progress.js';
export type { ExportSource, ExportSummary } from './read-export.js';
export { type VerifyExportOptions, verifyExport } from './verify-export.js';
