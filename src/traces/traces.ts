import { type ActorAccess, decodeCursor, encodeCursor } from '../actor/index.js';
import { KeyspaceError } from '../errors.js';
import { LAYOUT_VERSION, NAMESPACE, traceChunk } from '../layout/index.js';
import { readSpans, type SpanPlace, type TraceSelection } from './read.js';
import { TraceRecorder, type TraceRecorderOptions } from './recorder.js';
import { pruneTraces, rebuildIndex, type TraceRetention } from './retention.js';
import type { TraceSpan } from './span.js';

export interface TracePageOptions extends TraceSelection {
  /** Default false: the oldest first. */
  readonly newestFirst?: boolean | undefined;
  /** Spans a page, 1 to 10,000. Default 100. */
  readonly limit?: number | undefined;
  /** Where the page before ended. The selection and direction must be the same. */
  readonly cursor?: string | undefined;
}

export interface TracePage {
  readonly spans: TraceSpan[];
  /** Present if there is more. Valid for this actor only. */
  readonly cursor?: string;
}

const SELECTION = ['fromMs', 'toMs', 'traceId', 'name', 'newestFirst', 'limit', 'cursor'];
const LIMIT_MAX = 10_000;

/**
 * Spans, in chunks of records by time. The chunks are those of RivetKit's traces package, which reads them; beside
 * each is an index that tells what it holds, so that reads touch the chunks they need.
 *
 * @throws {KeyspaceError} Every method: `value.malformed`, `value.version_unsupported`, and as `ActorAccess`.
 */
export class ActorTraces {
  readonly #access: ActorAccess;

  constructor(access: ActorAccess) {
    this.#access = access;
  }

  /** Something to record spans with; its chunks come after those that are stored. Not inside a transaction. */
  recorder(options?: TraceRecorderOptions): TraceRecorder {
    return new TraceRecorder(this.#access, options);
  }

  /**
   * Lets a recorder go on here, with what it could not write, after the actor was opened again. What a commit wrote
   * whose outcome was unknown is then stored twice.
   */
  resume(recorder: TraceRecorder): void {
    recorder.attach(this.#access);
  }

  /**
   * One page of the spans that began in a window, in the order in which they were written, as they were at the end of
   * the window: one that ends later has no end.
   *
   * @throws {RangeError} If the limit is none.
   * @throws {KeyspaceError} `cursor.invalid` if the cursor is damaged or of another actor or direction.
   */
  async page(options: TracePageOptions = {}): Promise<TracePage> {
    for (const name of Object.keys(options)) {
      if (!SELECTION.includes(name)) throw new TypeError(`unknown option ${name}`);
    }
    const { newestFirst = false, limit = 100, cursor, ...selection } = options;
    if (!(Number.isSafeInteger(limit) && limit >= 1 && limit <= LIMIT_MAX)) {
      throw new RangeError(`limit must be a whole number from 1 to ${LIMIT_MAX}, not ${String(limit)}`);
    }
    for (const at of [selection.fromMs, selection.toMs]) {
      if (at !== undefined && !(at >= 0 && at <= Number.MAX_SAFE_INTEGER))
        throw new RangeError(`${at} is no time`);
    }
    const scope = {
      partition: this.#access.storePartition,
      namespace: NAMESPACE.traces,
      layoutVersion: LAYOUT_VERSION.traces,
      reverse: newestFirst,
    };
    const after = cursor === undefined ? undefined : placeOf(decodeCursor(scope, cursor));
    const found = await readSpans(this.#access, selection, { newestFirst, limit, after });
    const page = found.slice(0, limit);
    const spans = page.map(({ span }) => span);
    const last = page.at(-1);
    if (found.length <= limit || last === undefined) return { spans };
    return { spans, cursor: encodeCursor(scope, placeBytes(last.place)) };
  }

  /** All selected spans, a page at a time; what is written meanwhile may or may not show. */
  async *spans(
    selection: Omit<TracePageOptions, 'limit' | 'cursor'> = {},
  ): AsyncGenerator<TraceSpan, void, undefined> {
    let cursor: string | undefined;
    do {
      const page: TracePage = await this.page({ ...selection, cursor, limit: 1_000 });
      yield* page.spans;
      cursor = page.cursor;
    } while (cursor !== undefined);
  }

  /**
   * Removes the oldest chunks, in one commit, until what is left is young and little enough.
   *
   * @returns How many there were, and whether no more have to go: if not, call again.
   */
  async prune(retention: TraceRetention): Promise<{ readonly chunks: number; readonly isDone: boolean }> {
    return pruneTraces(this.#access, retention);
  }

  /**
   * Writes what is missing of the index, as after RivetKit's package has written chunks: until then reads decode such
   * chunks to learn what they hold.
   *
   * @returns How many entries were wrong or missing.
   */
  reindex(): Promise<number> {
    return rebuildIndex(this.#access);
  }
}

/** `chunk key ‖ record index u32be`. */
function placeBytes({ recordIndex, ...key }: SpanPlace): Uint8Array {
  const chunkKey = traceChunk.encode(key);
  const bytes = new Uint8Array(chunkKey.length + 4);
  bytes.set(chunkKey);
  new DataView(bytes.buffer).setUint32(chunkKey.length, recordIndex);
  return bytes;
}

function placeOf(bytes: Uint8Array): SpanPlace {
  try {
    const key = traceChunk.decode(bytes.subarray(0, -4));
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return { ...key, recordIndex: view.getUint32(bytes.length - 4) };
  } catch (cause) {
    const reason = 'it is damaged';
    throw new KeyspaceError(
      'cursor.invalid',
      `the cursor cannot be used here: ${reason}`,
      { reason },
      { cause },
    );
  }
}
