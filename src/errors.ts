/**
 * What each error code carries. Sizes are in bytes; `keyHex` is a whole key inside its partition.
 * Messages never contain values, and shorten keys and ids.
 */
export interface ErrorDetails {
  /** The actor id is empty, too long, or has a NUL or a lone surrogate. Nothing was written. */
  'actor.id_invalid': { reason: string; actorIdBytes?: number; actorIdBytesMax?: number };
  /** Another owner has claimed the actor since. Nothing of the commit was written; reopen to go on. */
  'actor.fenced': Record<string, never>;
  /** An earlier commit of this handle failed (see `cause`); what was accepted after it is dropped. Reopen. */
  'actor.poisoned': Record<string, never>;
  /** The actor or its keyspace was closed. */
  'actor.closed': Record<string, never>;
  /** The actor was opened read-only. */
  'actor.read_only': Record<string, never>;
  /** The write would make the actor larger than its quota. Nothing was written; deletes are still accepted. */
  'actor.quota_exceeded': { usageBytes: number; quotaBytes: number };
  /** An import of the actor has not ended: import it again, or delete it. */
  'actor.incomplete': { importId: string };
  /** Nothing is stored of the actor. */
  'actor.not_found': { actorId: string };
  /** The transaction has ended; its handle must not be used after its callback settled. */
  'transaction.closed': Record<string, never>;
  /** A write waited for the actor's open transaction for longer than allowed. */
  'transaction.timeout': { waitMs: number; waitMsMax: number };
  /** A synchronous call cannot wait for the actor's open transaction. */
  'transaction.open': Record<string, never>;

  /** SQLite refused a row: uniqueness, a foreign key, a check. `resultCode` is SQLite's extended one. */
  'sqlite.constraint': { resultCode: number };
  /** SQLite failed, for example for wrong SQL; `resultCode` is its extended one. */
  'sqlite.failed': { resultCode: number };
  /** The database, or one to be imported, is damaged or none. */
  'sqlite.corrupt': { reason: string };
  /** The statement, the setting or the file is not allowed here. */
  'sqlite.refused': { reason: string };
  /** The statement took more steps than it may, or `interrupt` stopped it. */
  'sqlite.interrupted': { steps: number; stepsMax: number };
  /** The statement began a transaction that it did not end; what it did is rolled back. */
  'sqlite.transaction_open': Record<string, never>;
  /** What the rows were read from is gone: a transaction was rolled back or the database replaced meanwhile. */
  'sqlite.rows_void': Record<string, never>;
  /** The database has run migrations that this program does not know. */
  'sqlite.schema_newer': { userVersion: number; userVersionMax: number };
  /** Synchronous calls need `load` to have been awaited once. */
  'sqlite.not_loaded': Record<string, never>;
  /** Not where the store reads asynchronously, or where the actor is only read. */
  'sqlite.unsupported': { feature: string };

  /** Bytes are not a canonical key of any known family. */
  'key.malformed': { keyHex: string; byteOffset: number; reason: string };
  /** A key has no bytes. */
  'key.empty': { keyBytesMin: number };
  /** A key is longer than the store allows. */
  'key.too_large': { keyBytes: number; keyBytesMax: number };
  /** The value, or a part of a record, is longer than allowed. Nothing was written. */
  'value.too_large': { valueBytes: number; valueBytesMax: number };
  /** The stored value does not match its checksum. */
  'value.corrupt': { keyHex: string; reason: string };
  /** The bytes are not a canonical payload of their version. */
  'value.malformed': { payload: string; byteOffset: number; reason: string };
  /** The payload was written by a newer (or unknown) version. */
  'value.version_unsupported': { payload: string; payloadVersion: number; payloadVersionMax: number };
  /** A JavaScript value has no faithful stored form. */
  'value.unserialisable': { path: string; reason: string };

  /** There is no such blob. */
  'blob.missing': { digest: string };
  /** The stored bytes of a blob are not those of its digest, or not all there. */
  'blob.corrupt': { digest: string; reason: string };
  /** The bytes given are those of another blob. Nothing was written. */
  'blob.digest_mismatch': { expected: string; actual: string };

  /** The field has no value of the kind that the call is for. Nothing was written. */
  'field.type_mismatch': { fieldName: string; expected: string; actual: string };

  /** The actor is in a newer layout than this library knows. */
  'layout.unsupported': { layoutVersion: number; layoutVersionMax: number };
  /** The actor is in an older layout, which can be read but not written. */
  'layout.migration_required': { layoutVersion: number; layoutVersionCurrent: number };
  /** The actor holds keys of more than one layout. */
  'layout.mixed': { layoutVersions: readonly number[] };

  /** A tuple's bytes are truncated, over-long, too deep or otherwise not what an encoder writes. */
  'tuple.malformed': { byteOffset: number; reason: string };

  /** The actor cannot be exported, and nothing that was written of the export is complete; `cause` says why. */
  'export.refused': { actorId: string };
  /** The bytes are no export, or not a whole and unchanged one. `lineNumber` counts from 1. */
  'export.malformed': { lineNumber: number; reason: string };
  /** The export was written in a newer format. */
  'export.version_unsupported': { formatVersion: number; formatVersionMax: number };
  /** Actors of the export exist already: how many, and the first ten. Nothing was written. */
  'import.conflict': { actors: number; actorIds: readonly string[] };
  /**
   * The import failed (see `cause`), and of so many actors what it wrote could not be removed. They cannot be
   * opened; import again, or delete them.
   */
  'import.unfinished': { importId: string; actors: number };

  /** A scan cursor of another actor, family, layout or direction, or a damaged one. */
  'cursor.invalid': { reason: string };

  /** The queue holds as many messages as it may. Nothing was enqueued. */
  'queue.full': { messages: number; messagesMax: number };
  /** No id is left for another message: the next would be the last there is. Nothing was enqueued. */
  'queue.ids_exhausted': { nextId: string };
  /** The message, encoded, is longer than the queue allows. Nothing was enqueued. */
  'queue.message_too_large': { messageBytes: number; messageBytesMax: number };
  /** The lease is not, or no longer, that of the message; it may be delivered again. Nothing was changed. */
  'queue.lease_invalid': { messageId: string; reason: string };
  /** Nobody has answered the message in time; it may be waited for again. */
  'queue.response_timeout': { messageId: string; timeoutMs: number };
  /** The message that was to be answered was given up: it is a dead letter. */
  'queue.dead_lettered': { messageId: string };
  /** The message that was to be answered is gone, without an answer or with one that has expired. */
  'queue.no_response': { messageId: string };

  /** A fence of the commit is no longer held. Nothing was written. */
  'commit.fenced': Record<string, never>;
  /** A check did not hold. Nothing was written. `checkIndex` counts the commit's checks from 0. */
  'commit.check_failed': { checkIndex: number; keyHex: string };
  /** Whether the commit was applied could not be found out. */
  'commit.unknown': Record<string, never>;
  /** Keys and values of the commit's writes are more than the store takes at once. Nothing was written. */
  'commit.too_large': { commitBytes: number; commitBytesMax: number };
  /** `transact` gave up after losing every attempt to other writers. */
  'commit.contended': { attempts: number };

  /** No room: the store's size limit, its reserve or the disk. Deletes are still accepted. */
  'store.full': { usedBytes?: number; neededBytes?: number; storeBytesMax?: number };
  /** The file or folder is not a store of this library. */
  'store.not_recognised': { path: string; reason: string };
  /** The store was written in a newer format. */
  'store.version_unsupported': { path: string; formatVersion: number; formatVersionMax: number };
  /** The store's file is damaged as a whole, for example truncated. */
  'store.corrupt': { path: string; reason: string };
  /** The engine failed; see `cause`. */
  'store.failed': { operation: string };
  /** The store, the snapshot or the keyspace was closed. */
  'store.closed': Record<string, never>;
  /** The snapshot or scan was held for longer than the store allows; begin another. */
  'snapshot.expired': { ageMs: number; ageMsMax: number };
  /** Synchronous reads were asked of a store that cannot give them. */
  'store.sync_unsupported': Record<string, never>;
}

export type ErrorCode = keyof ErrorDetails;

/** Every failure a caller can branch on. Wrong arguments are `TypeError` or `RangeError` instead. */
export class KeyspaceError<Code extends ErrorCode = ErrorCode> extends Error {
  readonly code: Code;
  readonly details: ErrorDetails[Code];

  static {
    // As errors of the language have it: on the prototype, not among what each error carries.
    Object.defineProperty(KeyspaceError.prototype, 'name', {
      value: 'KeyspaceError',
      writable: true,
      configurable: true,
    });
  }

  constructor(code: Code, message: string, details: ErrorDetails[Code], options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.details = details;
  }
}

/** A {@link KeyspaceError} of any code, whose `details` have their type once its `code` is compared. */
export type AnyKeyspaceError = { [Code in ErrorCode]: KeyspaceError<Code> }[ErrorCode];

/** Whether `error` is a {@link KeyspaceError}, and of this code if one is given. */
export function isKeyspaceError(error: unknown): error is AnyKeyspaceError;
export function isKeyspaceError<Code extends ErrorCode>(
  error: unknown,
  code: Code,
): error is KeyspaceError<Code>;
export function isKeyspaceError(error: unknown, code?: ErrorCode): boolean {
  return error instanceof KeyspaceError && (code === undefined || error.code === code);
}
