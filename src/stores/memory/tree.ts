import { compareBytes } from '../../bytes/index.js';

interface Node {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  /** Random, and never below a child's: what keeps the tree about 2 log n deep. */
  readonly priority: number;
  readonly left: Tree;
  readonly right: Tree;
}

/**
 * An ordered map that is never changed, only replaced: whoever holds a tree holds one instant of it.
 * Keys and values are kept by reference.
 */
export type Tree = Node | undefined;

export function lookup(tree: Tree, key: Uint8Array): Uint8Array | undefined {
  let node = tree;
  while (node !== undefined) {
    const order = compareBytes(key, node.key);
    if (order === 0) return node.value;
    node = order < 0 ? node.left : node.right;
  }
  return undefined;
}

export function insert(tree: Tree, key: Uint8Array, value: Uint8Array): Tree {
  const [below, rest] = split(tree, key, 'right');
  const [, above] = split(rest, key, 'left');
  const node = { key, value, priority: Math.random(), left: undefined, right: undefined };
  return join(join(below, node), above);
}

export function remove(tree: Tree, key: Uint8Array): Tree {
  const [below, rest] = split(tree, key, 'right');
  const [, above] = split(rest, key, 'left');
  return join(below, above);
}

/** Without the keys from `begin` to before `end`; an inverted range holds none. */
export function removeRange(tree: Tree, begin: Uint8Array, end: Uint8Array): Tree {
  const [below, rest] = split(tree, begin, 'right');
  const [, above] = split(rest, end, 'right');
  return join(below, above);
}

/** The keys from `begin` to before `end`; an inverted range holds none. */
export function slice(tree: Tree, begin: Uint8Array, end?: Uint8Array): Tree {
  const [, rest] = split(tree, begin, 'right');
  return end === undefined ? rest : split(rest, end, 'right')[0];
}

/** Smallest key first, or largest. */
export function* walk(tree: Tree, reverse = false): Generator<{ key: Uint8Array; value: Uint8Array }> {
  const pending: Node[] = [];
  let node = tree;
  for (;;) {
    while (node !== undefined) {
      pending.push(node);
      node = reverse ? node.right : node.left;
    }
    const next = pending.pop();
    if (next === undefined) return;
    yield next;
    node = reverse ? next.left : next.right;
  }
}

/** The keys below `key` and those above it; an equal one goes to the side named. */
function split(tree: Tree, key: Uint8Array, equal: 'left' | 'right'): [Tree, Tree] {
  if (tree === undefined) return [undefined, undefined];
  const order = compareBytes(tree.key, key);
  if (order < 0 || (order === 0 && equal === 'left')) {
    const [middle, right] = split(tree.right, key, equal);
    return [{ ...tree, right: middle }, right];
  }
  const [left, middle] = split(tree.left, key, equal);
  return [left, { ...tree, left: middle }];
}

/** Every key of `left` is below every key of `right`. */
function join(left: Tree, right: Tree): Tree {
  if (left === undefined) return right;
  if (right === undefined) return left;
  if (left.priority > right.priority) return { ...left, right: join(left.right, right) };
  return { ...right, left: join(left, right.left) };
}
