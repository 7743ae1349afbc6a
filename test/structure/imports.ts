import { posix } from 'node:path';
import { parseAst } from 'vitest/node';
import type { UnitRule } from './levels.js';

interface SyntaxNode {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** The unit a file of `src` belongs to: its folder, its store or adapter, or the file itself where it stands alone. */
export function unitOf(path: string): string {
  const [first = '', second] = path.replace(/\.[jt]s$/, '').split('/');
  return ['stores', 'adapters'].includes(first) && second !== undefined ? `${first}/${second}` : first;
}

/**
 * Everything that a TypeScript source imports or re-exports, also as a type or at run time, in source order;
 * `undefined` where the name is computed.
 */
export function importsOf(source: string): (string | undefined)[] {
  const found: (string | undefined)[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    if (!isNode(value)) return;
    const target = importTarget(value);
    if (target !== undefined) found.push(literal(target));
    Object.values(value).forEach(visit);
  };
  visit(bodyOf(source));
  return found;
}

/** Whether a source consists of `export … from` and nothing else. */
export function onlyReexports(source: string): boolean {
  return bodyOf(source).every(({ type, source: from }) => type.startsWith('Export') && isNode(from));
}

/** What is wrong with the imports of one file of `src` (`path` is relative to it), one line each. */
export function violations(
  path: string,
  source: string,
  levels: Readonly<Record<string, UnitRule>>,
): string[] {
  const unit = unitOf(path);
  const rule = Object.hasOwn(levels, unit) ? levels[unit] : undefined;
  if (rule === undefined) return [`${path}: ${unit} has no level`];
  return importsOf(source).flatMap((specifier) => {
    const problem = problemOf(path, specifier, unit, rule);
    return problem === undefined ? [] : [`${path}: ${problem}`];
  });
}

function problemOf(
  path: string,
  specifier: string | undefined,
  unit: string,
  rule: UnitRule,
): string | undefined {
  if (specifier === undefined) return 'imports a computed name';
  if (specifier.startsWith('node:')) {
    return rule.builtins?.includes(specifier.slice(5)) ? undefined : `${unit} may not import ${specifier}`;
  }
  if (!specifier.startsWith('.')) {
    const name = packageName(specifier);
    return rule.packages?.includes(name) ? undefined : `${unit} may not import the package ${name}`;
  }
  const target = posix.join(posix.dirname(path), specifier);
  if (target.startsWith('..')) return `${specifier} is outside the source`;
  const targetUnit = unitOf(target);
  const isEntry = target === `${targetUnit}.js` || target === `${targetUnit}/index.js`;
  if (targetUnit === unit) return isEntry ? `imports the entry of its own unit, ${specifier}` : undefined;
  if (!rule.units.includes(targetUnit)) return `${unit} may not import ${targetUnit}`;
  return isEntry ? undefined : `${specifier} bypasses the entry of ${targetUnit}`;
}

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function importTarget(node: SyntaxNode): unknown {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ImportExpression':
    case 'TSImportType':
    case 'ExportAllDeclaration':
      return node.source;
    case 'ExportNamedDeclaration':
      return node.source ?? undefined;
    case 'TSExternalModuleReference':
      return node.expression;
    case 'CallExpression':
      return isNode(node.callee) && node.callee.name === 'require' ? node.arguments : undefined;
    default:
      return undefined;
  }
}

function literal(target: unknown): string | undefined {
  const node: unknown = Array.isArray(target) ? target[0] : target;
  return isNode(node) && typeof node.value === 'string' ? node.value : undefined;
}

function bodyOf(source: string): readonly SyntaxNode[] {
  return parseAst(source, { lang: 'ts', astType: 'ts' }).body as unknown as readonly SyntaxNode[];
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
