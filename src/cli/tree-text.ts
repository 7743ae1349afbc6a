import { spacedHex } from '../layout/index.js';
import { hexByte } from './describe-key.js';
import { jsonLine, PLAIN_STYLE, printable, type Style } from './output.js';
import { tableLines } from './table.js';
import type { TreeEvent } from './tree.js';
import { type Counts, type KeyEvent, namespaceId } from './tree-events.js';
import { number, plural } from './words.js';

const KEY_BYTES_SHOWN = 16;

/** Turns what a walk through a store tells into lines, remembering only which heading it is under. */
export class TreeText {
  readonly #style: Style;
  #namespace = '';
  #family: string | undefined;

  constructor(style: Style = PLAIN_STYLE) {
    this.#style = style;
  }

  lines(event: TreeEvent): string[] {
    switch (event.type) {
      case 'partition': {
        this.#namespace = '';
        this.#family = undefined;
        const title = 'actor' in event ? `actor ${jsonLine(event.actor)}` : 'the keyspace itself';
        const problem = event.problem === undefined ? [] : [`  ! ${printable(event.problem)}`];
        return [this.#style.strong(title), ...problem];
      }
      case 'malformedPartition':
        return [`! malformed partition ${event.partitionHex}: ${printable(event.reason)}`];
      case 'key':
        return this.#keyLines(event);
      case 'more': {
        if (event.family === undefined) return [`  … ${plural(event.keys, 'more malformed key')}`];
        return [`      … ${number(event.keys)} more of ${event.family}`];
      }
      case 'totals':
        return [...totalLines(event.namespaces, event), ''];
      case 'end':
        return endLines(event);
    }
  }

  #keyLines(event: KeyEvent): string[] {
    const { namespace, family, status, layoutVersion, malformed, sentence = '' } = event;
    const key = Buffer.from(event.keyHex, 'hex');
    const shown = spacedHex(key.subarray(0, KEY_BYTES_SHOWN));
    const hex = this.#style.faint(key.length > KEY_BYTES_SHOWN ? `${shown} …` : shown);
    const lines: string[] = [];
    // The keyspace's own partition has no namespaces.
    if (namespace !== undefined && namespaceId(namespace) !== this.#namespace) {
      this.#namespace = namespaceId(namespace);
      this.#family = undefined;
      const version = layoutVersion === undefined ? '' : `, layout version ${layoutVersion}`;
      lines.push(`  ${hexByte(namespace.byte)} ${this.#style.strong(namespace.name)}${version}`);
    }
    if (malformed) {
      return [
        ...lines,
        `    ! ${hex}  malformed at byte ${malformed.byteOffset}: ${printable(malformed.reason)}`,
      ];
    }
    if (family !== this.#family) {
      this.#family = family;
      lines.push(`    ${family}${status === 'current' ? '' : ` (${status})`}`);
    }
    return [...lines, `      ${hex}  ${printable(sentence)} ${valueWords(event)}`];
  }
}

function valueWords({ corrupt, valueBytes = 0, summary }: KeyEvent): string {
  if (corrupt !== undefined) return `! value.corrupt: ${printable(corrupt)}`;
  return `${bytes(valueBytes)}${summary === undefined ? '' : `: ${printable(summary)}`}`;
}

function totalLines(
  namespaces: readonly (Counts & { byte?: number; name: string })[],
  sum: Counts,
): string[] {
  const rows = [
    ['', 'keys', 'key bytes', 'value bytes'],
    ...namespaces.map((counts) => [
      counts.byte === undefined ? counts.name : `${hexByte(counts.byte)} ${counts.name}`,
      ...cells(counts),
    ]),
    ...(namespaces.length > 1 ? [['all', ...cells(sum)]] : []),
  ];
  return tableLines(rows);
}

function cells({ keys, keyBytes, valueBytes }: Counts): string[] {
  return [keys, keyBytes, valueBytes].map(number);
}

function endLines(event: Extract<TreeEvent, { type: 'end' }>): string[] {
  const { actors, keys, keyBytes, valueBytes, malformedKeys, corruptValues, otherRoots } = event;
  const parts = [
    plural(actors, 'actor'),
    plural(keys, 'key'),
    bytes(keyBytes + valueBytes),
    ...(malformedKeys === 0 ? [] : [plural(malformedKeys, 'malformed key')]),
    ...(corruptValues === 0 ? [] : [plural(corruptValues, 'corrupt value')]),
  ];
  const roots = otherRoots.map((root) => (root === '' ? '(no root)' : jsonLine(root)));
  const hint =
    roots.length === 0 ? [] : [`other roots in this store: ${roots.join(', ')} (choose with --root)`];
  return [parts.join(', '), ...hint];
}

function bytes(value: number): string {
  return plural(value, 'byte');
}
