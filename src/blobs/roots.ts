import type { ActorAccess } from '../actor/index.js';
import { compareBytes } from '../bytes/index.js';
import { KeyspaceError } from '../errors.js';
import { blobRoot, blobRootMember } from '../layout/index.js';
import { type BlobRootRecord, blobRootPayload } from '../values/index.js';
import { digestText } from './digest.js';
import { addReferenceToStored, removeReference } from './references.js';

/** Between the name of a root and the time of one of its earlier versions. */
const VERSION_MARK = '@';
const TIME_DIGITS = 16;

const NO_BYTES = new Uint8Array(0);

/** @throws {TypeError | RangeError} If it is no text, or holds `@`, which earlier versions are named with. */
export function assertRootName(name: string): void {
  if (typeof name !== 'string') throw new TypeError(`a root's name must be a string, not ${typeof name}`);
  if (name.includes(VERSION_MARK)) throw new RangeError("a root's name must not contain @");
}

/**
 * The blobs of a root, in order of their digests; `undefined` if there is no such root.
 *
 * @throws {KeyspaceError} `value.malformed` if there are not as many as its record says.
 */
export async function readRoot(access: ActorAccess, rootName: string): Promise<Uint8Array[] | undefined> {
  const bytes = await access.get(blobRoot.encode({ rootName }));
  const digests: Uint8Array[] = [];
  for await (const { key } of access.scanSizes(blobRootMember.range({ rootName }))) {
    digests.push(blobRootMember.decode(key).digest);
  }
  const record = bytes && blobRootPayload.decode(bytes);
  if ((record?.memberCount ?? 0) !== digests.length) {
    const reason = `the root has ${digests.length} blobs, and ${record?.memberCount ?? 'no record'} by its record`;
    const details = { payload: blobRootPayload.name, byteOffset: 2, reason };
    throw new KeyspaceError('value.malformed', reason, details);
  }
  return record && digests;
}

/** Every root with its record, earlier versions among them. */
export async function* rootRecords(
  access: ActorAccess,
): AsyncGenerator<{ rootName: string; record: BlobRootRecord }, void, undefined> {
  for await (const { key, value } of access.scan(blobRoot.range())) {
    yield { rootName: blobRoot.decode(key).rootName, record: blobRootPayload.decode(value) };
  }
}

/**
 * Replaces what a root holds, in a transaction.
 *
 * @param retain How many earlier versions to keep.
 */
export async function replaceRoot(
  access: ActorAccess,
  rootName: string,
  digests: readonly Uint8Array[],
  retain: number,
): Promise<void> {
  const before = await readRoot(access, rootName);
  if (before !== undefined && retain > 0) await keepVersion(access, rootName, before);
  await writeRoot(access, rootName, before ?? [], unique(digests));
  const versions = await versionsOf(access, rootName);
  for (const version of versions.slice(0, Math.max(0, versions.length - retain))) {
    await dropRoot(access, version);
  }
}

/** @returns Whether there was one. Its earlier versions go with it. */
export async function deleteRoot(access: ActorAccess, rootName: string): Promise<boolean> {
  for (const version of await versionsOf(access, rootName)) await dropRoot(access, version);
  return dropRoot(access, rootName);
}

/** Earlier versions of a root, oldest first. */
export async function versionsOf(access: ActorAccess, rootName: string): Promise<string[]> {
  const versions: string[] = [];
  for await (const { rootName: name } of rootRecords(access)) {
    if (name.startsWith(`${rootName}${VERSION_MARK}`)) versions.push(name);
  }
  return versions;
}

async function keepVersion(access: ActorAccess, rootName: string, digests: Uint8Array[]): Promise<void> {
  const last = (await versionsOf(access, rootName)).at(-1);
  // Later than the one before even if the clock is not.
  const lastMs = last === undefined ? -1 : Number(last.slice(rootName.length + 1));
  const atMs = Math.max(access.clock.nowMs(), lastMs + 1);
  const version = `${rootName}${VERSION_MARK}${String(atMs).padStart(TIME_DIGITS, '0')}`;
  await writeRoot(access, version, [], digests);
}

async function dropRoot(access: ActorAccess, rootName: string): Promise<boolean> {
  const before = await readRoot(access, rootName);
  if (before === undefined) return false;
  await writeRoot(access, rootName, before, []);
  await access.write((writes) => writes.delete(blobRoot.encode({ rootName })));
  return true;
}

async function writeRoot(
  access: ActorAccess,
  rootName: string,
  before: readonly Uint8Array[],
  after: readonly Uint8Array[],
): Promise<void> {
  const holder = `root:${rootName}`;
  const kept = new Set(after.map(digestText));
  const had = new Set(before.map(digestText));
  for (const digest of after) {
    if (had.has(digestText(digest))) continue;
    await addReferenceToStored(access, digest, holder, undefined);
    await access.write((writes) => writes.set(blobRootMember.encode({ rootName, digest }), NO_BYTES));
  }
  for (const digest of before) {
    if (kept.has(digestText(digest))) continue;
    await removeReference(access, digest, holder);
    await access.write((writes) => writes.delete(blobRootMember.encode({ rootName, digest })));
  }
  const record = { memberCount: after.length, replacedAtMs: Math.max(0, access.clock.nowMs()) };
  await access.write((writes) => writes.set(blobRoot.encode({ rootName }), blobRootPayload.encode(record)));
}

function unique(digests: readonly Uint8Array[]): Uint8Array[] {
  const sorted = [...digests].sort(compareBytes);
  return sorted.filter((digest, at) => at === 0 || compareBytes(digest, sorted[at - 1] as Uint8Array) !== 0);
}
