/** No page: the root of an empty tree. */
const NONE = 0xffff_ffff_ffff_ffffn;

const BRANCH = 0x01;
const LEAF = 0x02;

const LOWER = 20;
const HEADER_BYTES = 24;
const NODE_BYTES = 8;

/** The value is elsewhere: page, transaction and number of pages, 8 bytes each. */
const BIG_DATA = 0x01;
/** The value is a tree of its own, 48 bytes, of which the last 8 are its root. */
const SUB_TREE = 0x02;
const SUB_TREE_ROOT = 40;
const OVERFLOW_PAGES = 16;

/**
 * Walks trees of LMDB's data format 2 and looks for a page that is not in the file.
 *
 * @param filePages Whole pages in the file.
 * @returns What is wrong, or `undefined` if every page of the trees is there.
 */
export function findMissingPage(
  roots: readonly bigint[],
  filePages: number,
  readPage: (page: number) => Buffer,
): string | undefined {
  const pending = roots.filter((root) => root !== NONE);
  let visits = 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next >= filePages) return `page ${next} is missing`;
    // A damaged branch could lead back to itself.
    if (++visits > filePages) return 'its pages do not form trees';
    const page = readPage(Number(next));
    if (page.readBigUInt64LE(0) !== next) return `page ${next} is damaged`;
    const flags = page.readUInt16LE(18);
    const nodes = nodeOffsets(page);
    if ((flags & (BRANCH | LEAF)) === 0 || nodes === undefined) return `page ${next} is damaged`;
    for (const node of nodes) {
      const reached = flags & BRANCH ? childPage(page, node) : valuePages(page, node);
      if (reached === undefined) return `page ${next} is damaged`;
      if (reached.end > filePages) return `page ${reached.end - 1n} is missing`;
      if (reached.tree !== undefined && reached.tree !== NONE) pending.push(reached.tree);
    }
  }
  return undefined;
}

interface Reached {
  /** Root of a tree to walk on to. */
  readonly tree?: bigint | undefined;
  /** One above the last page that is needed, or 0. */
  readonly end: bigint;
}

function nodeOffsets(page: Buffer): number[] | undefined {
  const count = page.readUInt16LE(LOWER) >> 1;
  if (HEADER_BYTES + 2 * count > page.length) return undefined;
  const offsets = Array.from(
    { length: count },
    (_, i) => HEADER_BYTES + page.readUInt16LE(HEADER_BYTES + 2 * i),
  );
  return offsets.every((offset) => offset + NODE_BYTES <= page.length) ? offsets : undefined;
}

function childPage(page: Buffer, node: number): Reached {
  const low = BigInt(page.readUInt32LE(node));
  return { tree: low | (BigInt(page.readUInt16LE(node + 4)) << 32n), end: 0n };
}

function valuePages(page: Buffer, node: number): Reached | undefined {
  const flags = page.readUInt16LE(node + 4);
  const value = node + NODE_BYTES + page.readUInt16LE(node + 6);
  if (flags & BIG_DATA) {
    if (value + OVERFLOW_PAGES + 8 > page.length) return undefined;
    return { end: page.readBigUInt64LE(value) + page.readBigUInt64LE(value + OVERFLOW_PAGES) };
  }
  if (flags & SUB_TREE) {
    if (value + SUB_TREE_ROOT + 8 > page.length) return undefined;
    return { tree: page.readBigUInt64LE(value + SUB_TREE_ROOT), end: 0n };
  }
  return { end: 0n };
}
