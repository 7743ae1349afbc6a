import type { ActorAccess } from '../actor/index.js';
import { compareBytes, concatBytes } from '../bytes/index.js';
import { blobChunk, blobDescriptor, blobReference, blobRetirement, type KeyFormat } from '../layout/index.js';
import type { Entry, EntrySize, KeyRange } from '../store/index.js';
import { blobReferencePayload } from '../values/index.js';
import { isLive } from './references.js';

/** Entries read at once: no scan is held open for as long as a pass takes. */
const PAGE_ENTRIES = 1_000;

/** What is stored about one digest. */
export interface Census {
  readonly digest: Uint8Array;
  readonly hasDescriptor: boolean;
  readonly chunkCount: number;
  /** Keys and values of descriptor and chunks. */
  readonly storedBytes: number;
  /** Bytes of the chunks alone. */
  readonly chunkBytes: number;
  /** Who holds it now. */
  readonly holders: readonly string[];
  /** References that ended. */
  readonly endedCount: number;
  readonly hasRetirement: boolean;
}

interface Draft {
  hasDescriptor: boolean;
  chunkCount: number;
  storedBytes: number;
  chunkBytes: number;
  readonly holders: string[];
  endedCount: number;
  hasRetirement: boolean;
}

/** A stream of entries in order of their digests, and what one of them adds to a census. */
class Lane {
  readonly #items: AsyncIterator<Entry | EntrySize>;
  readonly #family: KeyFormat<{ digest: Uint8Array }>;
  readonly #add: (draft: Draft, item: Entry | EntrySize) => void;
  #next: { digest: Uint8Array; item: Entry | EntrySize } | undefined;

  constructor(
    items: AsyncIterable<Entry | EntrySize>,
    family: KeyFormat<never>,
    add: (draft: Draft, item: Entry | EntrySize) => void,
  ) {
    this.#items = items[Symbol.asyncIterator]();
    this.#family = family as unknown as KeyFormat<{ digest: Uint8Array }>;
    this.#add = add;
  }

  get digest(): Uint8Array | undefined {
    return this.#next?.digest;
  }

  async advance(): Promise<void> {
    const { done, value } = await this.#items.next();
    this.#next = done ? undefined : { digest: this.#family.decode(value.key).digest, item: value };
  }

  /** Adds everything about this digest. */
  async take(digest: Uint8Array, draft: Draft): Promise<void> {
    while (this.#next !== undefined && compareBytes(this.#next.digest, digest) === 0) {
      this.#add(draft, this.#next.item);
      await this.advance();
    }
  }
}

/**
 * Every digest that anything but a root or an expiry is stored about, in order. Descriptors, chunks, references and
 * retirements are read side by side, so that the memory does not grow with their number.
 *
 * @throws {KeyspaceError} What decoding a reference throws.
 */
export async function* takeCensus(
  access: ActorAccess,
  nowMs: number,
): AsyncGenerator<Census, void, undefined> {
  const lanes = [
    new Lane(sizesInPages(access, blobDescriptor.range()), blobDescriptor as never, (draft, item) => {
      draft.hasDescriptor = true;
      draft.storedBytes += item.key.length + (item as EntrySize).valueBytes;
    }),
    new Lane(sizesInPages(access, blobChunk.range()), blobChunk as never, (draft, item) => {
      const { valueBytes } = item as EntrySize;
      draft.chunkCount++;
      draft.chunkBytes += valueBytes;
      draft.storedBytes += item.key.length + valueBytes;
    }),
    new Lane(entriesInPages(access, blobReference.range()), blobReference as never, (draft, item) => {
      const record = blobReferencePayload.decode((item as Entry).value);
      if (isLive(record, nowMs)) draft.holders.push(blobReference.decode(item.key).holder);
      else draft.endedCount++;
    }),
    new Lane(sizesInPages(access, blobRetirement.range()), blobRetirement as never, (draft) => {
      draft.hasRetirement = true;
    }),
  ];
  for (const lane of lanes) await lane.advance();
  for (;;) {
    const digest = lanes.map((lane) => lane.digest).reduce(least);
    if (digest === undefined) return;
    const draft = newDraft();
    for (const lane of lanes) await lane.take(digest, draft);
    yield { digest, ...draft };
  }
}

function newDraft(): Draft {
  return {
    hasDescriptor: false,
    chunkCount: 0,
    storedBytes: 0,
    chunkBytes: 0,
    holders: [],
    endedCount: 0,
    hasRetirement: false,
  };
}

function least(a: Uint8Array | undefined, b: Uint8Array | undefined): Uint8Array | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return compareBytes(a, b) <= 0 ? a : b;
}

function sizesInPages(access: ActorAccess, range: KeyRange): AsyncIterable<EntrySize> {
  return inPages(range, (page) => access.scanSizes(page, { limit: PAGE_ENTRIES }));
}

/** Entries of a range, of several moments. */
export function entriesInPages(access: ActorAccess, range: KeyRange): AsyncIterable<Entry> {
  return inPages(range, (page) => access.scan(page, { limit: PAGE_ENTRIES }));
}

async function* inPages<Item extends { readonly key: Uint8Array }>(
  { begin, end }: KeyRange,
  scan: (range: KeyRange) => AsyncIterable<Item>,
): AsyncGenerator<Item, void, undefined> {
  let from = begin;
  for (;;) {
    // Read before any is handed over, so that whoever takes its time holds no snapshot.
    const page: Item[] = [];
    for await (const item of scan({ begin: from, end })) page.push(item);
    yield* page;
    const last = page.at(-1);
    if (page.length < PAGE_ENTRIES || last === undefined) return;
    from = concatBytes(last.key, Uint8Array.of(0));
  }
}
