import type { ActorAccess } from '../actor/index.js';
import { readContent } from '../blobs/index.js';
import { KeyspaceError } from '../errors.js';
import { decodeCanonicalJson } from '../values/index.js';

/** The value of a field that is in a blob and was not read. It stands in a value where the field's would. */
export class FieldReference {
  readonly fieldName: string;
  readonly digest: Uint8Array;
  /** Of the value as canonical JSON. */
  readonly byteCount: number;

  /** Use `fields.getAll`. */
  constructor(fieldName: string, digest: Uint8Array, byteCount: number) {
    this.fieldName = fieldName;
    this.digest = digest;
    this.byteCount = byteCount;
  }
}

export interface HydrateOptions {
  /** A value of more bytes than this stays a reference. Default all are read. */
  readonly inlineBytesMax?: number | undefined;
  /** What all values read may have together; whatever would go beyond stays a reference. Default no limit. */
  readonly totalBytesMax?: number | undefined;
  /** Whether the first value that cannot be read is thrown instead of told. Default false. */
  readonly strict?: boolean | undefined;
}

export interface Hydrated {
  /** A copy of what was given, with values in the place of references that were read. */
  readonly value: unknown;
  /** References that stayed, by where they are: JSON Pointer (RFC 6901). */
  readonly deferred: Readonly<Record<string, FieldReference>>;
  /** Those of them that could not be read. */
  readonly issues: readonly { readonly pointer: string; readonly error: KeyspaceError }[];
}

/** Reads what the references in a value stand for, each blob once. */
export async function hydrate(
  access: ActorAccess,
  value: unknown,
  options: HydrateOptions = {},
): Promise<Hydrated> {
  const run = new Hydration(access, options);
  return { value: await run.visit(value, ''), deferred: run.deferred, issues: run.issues };
}

class Hydration {
  readonly deferred: Record<string, FieldReference> = Object.create(null);
  readonly issues: { pointer: string; error: KeyspaceError }[] = [];
  readonly #access: ActorAccess;
  readonly #options: HydrateOptions;
  /** What was read, or why not, by digest. */
  readonly #read = new Map<string, { json: Uint8Array } | { error: KeyspaceError }>();
  #bytes = 0;

  constructor(access: ActorAccess, options: HydrateOptions) {
    this.#access = access;
    this.#options = options;
  }

  async visit(value: unknown, pointer: string): Promise<unknown> {
    if (value instanceof FieldReference) return this.#resolve(value, pointer);
    if (Array.isArray(value)) {
      const items: unknown[] = [];
      for (const [at, item] of value.entries()) items.push(await this.visit(item, `${pointer}/${at}`));
      return items;
    }
    if (typeof value !== 'object' || value === null) return value;
    const copy: Record<string, unknown> = {};
    for (const [name, inner] of Object.entries(value)) {
      const escaped = name.replaceAll('~', '~0').replaceAll('/', '~1');
      const resolved = await this.visit(inner, `${pointer}/${escaped}`);
      // Assigning to `__proto__` would set the prototype.
      Object.defineProperty(copy, name, {
        value: resolved,
        writable: true,
        enumerable: true,
        configurable: true,
      });
    }
    return copy;
  }

  async #resolve(reference: FieldReference, pointer: string): Promise<unknown> {
    const { inlineBytesMax = Number.POSITIVE_INFINITY, totalBytesMax = Number.POSITIVE_INFINITY } =
      this.#options;
    const { byteCount } = reference;
    if (byteCount > inlineBytesMax || this.#bytes + byteCount > totalBytesMax) {
      this.deferred[pointer] = reference;
      return reference;
    }
    const found = await this.#readOnce(reference);
    if ('json' in found) {
      this.#bytes += byteCount;
      return decodeCanonicalJson(found.json);
    }
    if (this.#options.strict) throw found.error;
    this.deferred[pointer] = reference;
    this.issues.push({ pointer, error: found.error });
    return reference;
  }

  async #readOnce({ digest, byteCount }: FieldReference) {
    const id = `${byteCount}:${Buffer.from(digest).toString('hex')}`;
    const before = this.#read.get(id);
    if (before !== undefined) return before;
    const found = await this.#readJson(digest, byteCount);
    this.#read.set(id, found);
    return found;
  }

  async #readJson(digest: Uint8Array, byteCount: number) {
    try {
      const json = await readContent(this.#access, { kind: 'blob', digest, byteCount });
      decodeCanonicalJson(json);
      return { json };
    } catch (error) {
      const isValueError = error instanceof KeyspaceError && /^(blob|value)\./.test(error.code);
      if (isValueError) return { error };
      throw error;
    }
  }
}
