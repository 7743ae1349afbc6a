import { spacedHex } from '../bytes/index.js';
import { LAYOUT_PROBES } from './classify.js';
import { LAYOUT_VERSION_CURRENT } from './constants.js';
import { ACTOR_FAMILIES, KEYSPACE_FAMILIES } from './families/index.js';
import type { KeyFormat } from './key-format.js';
import { fieldsToJson } from './layout-json.js';
import { NAMESPACES } from './namespaces.js';
import { encodeActorPartition, encodeKeyspacePartition } from './partition.js';

const isCurrentLayout = (family: KeyFormat<object>): boolean =>
  family.layouts.includes(LAYOUT_VERSION_CURRENT);
const currentFamilies = ACTOR_FAMILIES.filter(isCurrentLayout);
const olderFamilies = ACTOR_FAMILIES.filter((family) => !isCurrentLayout(family));

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}

function hexByte(byte: number): string {
  return hexCode(Uint8Array.of(byte));
}

function hexCode(bytes: Uint8Array): string {
  return code(spacedHex(bytes));
}

function familyTable(families: readonly KeyFormat<object>[]): string {
  return table(
    ['family', 'key', 'fields', 'value', 'holds', 'status'],
    families.map((family) => [
      code(family.name),
      code(family.notation),
      family.fields.map(({ name, type, domain }) => `${code(name)} ${type}: ${domain}`).join('; ') || '–',
      family.payload,
      family.summary,
      family.status,
    ]),
  );
}

function exampleTable(families: readonly KeyFormat<object>[]): string {
  return table(
    ['family', 'fields', 'key'],
    families.map((family) => [
      code(family.name),
      code(JSON.stringify(fieldsToJson(family.example))),
      hexCode(family.encode(family.example)),
    ]),
  );
}

function namespaceTable(): string {
  return table(
    ['byte', 'namespace', 'layout version', 'holds'],
    NAMESPACES.map(({ byte, name, layoutVersion, summary }) => [
      hexByte(byte),
      name,
      layoutVersion === undefined ? 'none' : hexByte(layoutVersion),
      summary,
    ]),
  );
}

function tablesByNamespace(): string {
  return NAMESPACES.map(({ byte, name }) => {
    const families = currentFamilies.filter(({ namespace }) => namespace === byte);
    const body =
      families.length === 0 ? 'No keys in this layout; never used for anything else.' : familyTable(families);
    return `### ${hexByte(byte)} ${name}\n\n${body}`;
  }).join('\n\n');
}

function partitionTable(): string {
  const rows: [string, Uint8Array][] = [
    ['actor `a`', encodeActorPartition('a')],
    ['actor `ünï`', encodeActorPartition('ünï')],
    ['actor `a` under root `eu`', encodeActorPartition('a', 'eu')],
    ['the keyspace', encodeKeyspacePartition()],
    ['the keyspace under root `eu`', encodeKeyspacePartition('eu')],
  ];
  return table(
    ['partition of', 'bytes'],
    rows.map(([what, bytes]) => [what, hexCode(bytes)]),
  );
}

function probeTable(): string {
  return table(
    ['keys', 'evidence for layout'],
    LAYOUT_PROBES.map(({ notation, layout }) => [code(notation), `${layout}`]),
  );
}

/** The generated parts of KV_STRUCTURE.md by their names, without a line end at either end. */
export function renderMarkdownTables(): Readonly<Record<string, string>> {
  return {
    namespaces: namespaceTable(),
    partitions: partitionTable(),
    families: tablesByNamespace(),
    keyspace: familyTable(KEYSPACE_FAMILIES),
    'layout-0': familyTable(olderFamilies),
    probes: probeTable(),
    examples: exampleTable([...currentFamilies, ...KEYSPACE_FAMILIES]),
    'examples-layout-0': exampleTable(olderFamilies),
  };
}

const GENERATED = /(<!-- generated:([\w-]+) -->\n)[\s\S]*?(<!-- \/generated -->)/g;

/**
 * The document with the text between each pair of markers, `<!-- generated:name -->` and
 * `<!-- /generated -->`, brought up to date.
 *
 * @throws {RangeError} If a marker names no part, or a part has not exactly one marker.
 */
export function renderGeneratedParts(document: string): string {
  const tables = renderMarkdownTables();
  const found: string[] = [];
  const rendered = document.replace(GENERATED, (_text, open: string, name: string, close: string) => {
    const part = tables[name];
    if (part === undefined) throw new RangeError(`no generated part is called ${name}`);
    found.push(name);
    return `${open}\n${part}\n\n${close}`;
  });
  const expected = Object.keys(tables).sort().join(' ');
  if (found.sort().join(' ') !== expected) {
    throw new RangeError(`the document marks ${found.join(' ')}, expected ${expected}`);
  }
  return rendered;
}
