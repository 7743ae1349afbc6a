import { compareBytes } from '../bytes/index.js';
import { isKeyspaceError, KeyspaceError } from '../errors.js';
import { encodeActorPartition } from '../layout/index.js';
import { assertKey, assertValue, COMMON_LIMITS } from '../store/index.js';
import { type ActorContent, ActorTally, assertLayout, isLeftOut } from './actor-tally.js';
import { ExportChain } from './chain.js';
import { decodeBody, EXPORT_FORMAT_VERSION, type ExportRecord, formatVersionOf } from './format.js';
import { LineSplitter } from './line-splitter.js';
import { malformedExport } from './malformed.js';

/**
 * The bytes of an export, in pieces of any size; text stands for its UTF-8. A piece may be reused once the next
 * one is asked for.
 */
export type ExportSource = AsyncIterable<Uint8Array | string>;

/** What an export says of itself. */
export interface ExportSummary {
  /** Of this export alone: a text of 1 to 64 bytes. */
  readonly exportId: string;
  readonly formatVersion: number;
  /** The newest layout that its writer knew. */
  readonly layoutVersion: number;
  readonly actors: number;
  readonly entries: number;
  /** Keys and values of all entries together. */
  readonly bytes: number;
  /** SHA-256, in hex, of all lines but the last. */
  readonly sha256: string;
}

/** What a checked export holds, piece by piece. */
export type ExportItem =
  | { readonly type: 'actor'; readonly actorId: string; readonly partition: Uint8Array }
  | { readonly type: 'entry'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'actorEnd'; readonly content: ActorContent }
  | { readonly type: 'end'; readonly summary: ExportSummary; readonly lineNumber: number };

/**
 * Reads an export and checks all of it; only with the last item, `end`, is it known to be whole.
 *
 * @throws {KeyspaceError} `export.malformed`, `export.version_unsupported`, `layout.unsupported`. What the
 * source throws, and why the signal was aborted.
 */
export async function* readExport(
  source: ExportSource,
  signal?: AbortSignal,
): AsyncGenerator<ExportItem, void, undefined> {
  const splitter = new LineSplitter();
  const reader = new ExportReader();
  let end: ExportItem | undefined;
  signal?.throwIfAborted();
  for await (const piece of source) {
    signal?.throwIfAborted();
    for (const line of splitter.lines(typeof piece === 'string' ? Buffer.from(piece) : piece)) {
      const { lineNumber } = splitter;
      if (end !== undefined) throw malformedExport(lineNumber, 'it comes after the end');
      const item = reader.next(line, lineNumber);
      if (item?.type === 'end') end = item;
      else if (item !== undefined) yield item;
    }
  }
  splitter.end();
  if (end === undefined) throw malformedExport(splitter.lineNumber, 'the file ends before it');
  yield end;
}

type BeginRecord = Extract<ExportRecord, { type: 'begin' }>;
type ActorEndRecord = Extract<ExportRecord, { type: 'actorEnd' }>;
type EndRecord = Extract<ExportRecord, { type: 'end' }>;

interface Actor {
  readonly partition: Uint8Array;
  readonly tally: ActorTally;
  lastKey: Uint8Array | undefined;
}

class ExportReader {
  readonly #chain = new ExportChain();
  #begin: BeginRecord | undefined;
  #actor: Actor | undefined;
  #lastPartition: Uint8Array | undefined;
  #actors = 0;
  #entries = 0;
  #bytes = 0;

  /** @returns `undefined` for the line that begins the export. */
  next(line: string, lineNumber: number): ExportItem | undefined {
    try {
      return this.#next(line, lineNumber);
    } catch (error) {
      if (error instanceof Refused) throw malformedExport(lineNumber, error.message);
      if (!isKeyspaceError(error)) throw error;
      if (error.code === 'export.version_unsupported' || error.code === 'layout.unsupported') throw error;
      throw malformedExport(lineNumber, `${error.code} in it`, error);
    }
  }

  #next(line: string, lineNumber: number): ExportItem | undefined {
    if (this.#begin === undefined) assertFormat(line);
    const opened = this.#chain.open(line);
    if ('reason' in opened) throw new Refused(opened.reason);
    const record = decodeBody(opened.body);
    if (record === undefined) throw new Refused('it is not as an export has it');
    const item = this.#accept(record, lineNumber);
    this.#chain.append(line);
    return item;
  }

  #accept(record: ExportRecord, lineNumber: number): ExportItem | undefined {
    switch (record.type) {
      case 'begin':
        if (this.#begin !== undefined) throw new Refused('it begins an export within another');
        assertExportId(record.exportId);
        assertLayout(record.layoutVersion);
        this.#begin = record;
        return undefined;
      case 'actor':
        return this.#beginActor(record.actorId);
      case 'entry':
        return this.#entry(record.key, record.value);
      case 'actorEnd':
        return { type: 'actorEnd', content: this.#endActor(record) };
      case 'end':
        return { type: 'end', summary: this.#end(record), lineNumber };
    }
  }

  #beginActor(actorId: string): ExportItem {
    if (this.#actor !== undefined) throw new Refused('it begins an actor within another');
    const partition = encodeActorPartition(actorId);
    if (this.#lastPartition !== undefined && compareBytes(this.#lastPartition, partition) >= 0) {
      throw new Refused('its actor does not come after the one before');
    }
    this.#lastPartition = partition;
    this.#actor = { partition, tally: new ActorTally(), lastKey: undefined };
    return { type: 'actor', actorId, partition };
  }

  #entry(key: Uint8Array, value: Uint8Array): ExportItem {
    const actor = this.#actor;
    if (actor === undefined) throw new Refused('it is an entry of no actor');
    assertKey(key, COMMON_LIMITS);
    assertValue(value, COMMON_LIMITS.valueBytesMax);
    if (actor.lastKey !== undefined && compareBytes(actor.lastKey, key) >= 0) {
      throw new Refused('its key does not come after the one before');
    }
    if (isLeftOut(key)) throw new Refused('its key is of those that no export has');
    actor.tally.add(key, value);
    actor.lastKey = key;
    return { type: 'entry', key, value };
  }

  #endActor(record: ActorEndRecord): ActorContent {
    const content = this.#actor?.tally.end();
    if (content === undefined) throw new Refused('it ends no actor');
    const { entries, bytes, sha256 } = content;
    if (entries === 0) throw new Refused('its actor has no entries');
    if (record.entries !== entries || record.bytes !== bytes || record.sha256 !== sha256) {
      throw new Refused('its counts or its digest are not those of the actor');
    }
    this.#actor = undefined;
    this.#actors++;
    this.#entries += entries;
    this.#bytes += bytes;
    return content;
  }

  #end(record: EndRecord): ExportSummary {
    if (this.#actor !== undefined) throw new Refused('it ends the export within an actor');
    const sha256 = this.#chain.sha256();
    const [actors, entries, bytes] = [this.#actors, this.#entries, this.#bytes];
    const isRight = record.actors === actors && record.entries === entries && record.bytes === bytes;
    if (!isRight || record.sha256 !== sha256) {
      throw new Refused('its counts or its digest are not those of the export');
    }
    const { exportId, formatVersion, layoutVersion } = this.#begin as BeginRecord;
    return { exportId, formatVersion, layoutVersion, actors, entries, bytes, sha256 };
  }
}

/** Why a line is not that of an export; its number is added where it is known. */
class Refused extends Error {}

function assertFormat(line: string): void {
  const formatVersion = formatVersionOf(line);
  if (formatVersion === undefined) throw new Refused('the file is no export');
  if (formatVersion <= EXPORT_FORMAT_VERSION) return;
  throw new KeyspaceError(
    'export.version_unsupported',
    `the export has format version ${formatVersion}, this library reads up to ${EXPORT_FORMAT_VERSION}`,
    { formatVersion, formatVersionMax: EXPORT_FORMAT_VERSION },
  );
}

const EXPORT_ID_BYTES_MAX = 64;

function assertExportId(exportId: string): void {
  const bytes = Buffer.byteLength(exportId);
  if (bytes === 0 || bytes > EXPORT_ID_BYTES_MAX || exportId.includes('\0')) {
    throw new Refused('its export id is not one');
  }
}
