import { describe, expect, test } from 'vitest';
import { sourceFiles } from './files.js';
import { importsOf, onlyReexports, unitOf, violations } from './imports.js';
import { LEVELS, type UnitRule } from './levels.js';

const LINES_MAX = 350;
const sources = sourceFiles();

describe('the source', () => {
  test('imports only downwards, through entries, and only declared packages', () => {
    expect(sources.length).toBeGreaterThan(0);
    expect(sources.flatMap(({ path, text }) => violations(path, text, LEVELS))).toEqual([]);
  });

  test('has entries that only re-export', () => {
    const entries = sources.filter(({ path }) => /^(((stores|adapters)\/)?[^/]+\/)?index\.ts$/.test(path));
    expect(entries.length).toBeGreaterThan(0);
    expect(entries.filter(({ text }) => !onlyReexports(text)).map(({ path }) => path)).toEqual([]);
  });

  test(`has no file of more than ${LINES_MAX} lines`, () => {
    const long = sources.filter(
      ({ path, text }) => !path.endsWith('.generated.ts') && text.trimEnd().split('\n').length > LINES_MAX,
    );
    expect(long.map(({ path }) => path)).toEqual([]);
  });
});

describe('the levels', () => {
  test('are those of the units that there are', () => {
    const units = new Set(sources.map(({ path }) => unitOf(path)));
    expect(Object.keys(LEVELS).sort()).toEqual([...units].sort());
  });

  test('name no package that its unit does not import', () => {
    const unused = Object.entries(LEVELS).flatMap(([unit, { packages = [] }]) => {
      const imported = sources
        .filter(({ path }) => unitOf(path) === unit)
        .flatMap(({ text }) => importsOf(text));
      return packages.filter(
        (name) => !imported.some((specifier) => specifier === name || specifier?.startsWith(`${name}/`)),
      );
    });
    expect(unused).toEqual([]);
  });

  test('have no cycle', () => {
    const placed = new Set<string>();
    let left = Object.keys(LEVELS);
    while (left.length > 0) {
      const next = left.filter((unit) => LEVELS[unit]?.units.every((used) => placed.has(used)));
      expect(next, `a cycle or an unknown name among ${left.join(', ')}`).not.toEqual([]);
      for (const unit of next) placed.add(unit);
      left = left.filter((unit) => !placed.has(unit));
    }
  });

  test('give each package to one unit', () => {
    const packages = Object.values(LEVELS).flatMap((rule) => rule.packages ?? []);
    expect(new Set(packages).size).toBe(packages.length);
  });
});

describe('every form of import is seen', () => {
  test.each([
    ["import './a.js';", './a.js'],
    ["import a from './a.js';", './a.js'],
    ["import type { A } from './a.js';", './a.js'],
    ["import { type A } from './a.js';", './a.js'],
    ["import * as a from './a.js';", './a.js'],
    ["import a = require('./a.js');", './a.js'],
    ["export * from './a.js';", './a.js'],
    ["export type { A } from './a.js';", './a.js'],
    ["type A = import('./a.js').A;", './a.js'],
    ["const a = async () => (await import('./a.js')).b;", './a.js'],
    ["const a = [() => require('./a.js')];", './a.js'],
    ['const a = (name: string) => import(name);', undefined],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the source under test holds a template.
    ['const a = (name: string) => import(`./${name}.js`);', undefined],
  ])('%s', (source, specifier) => {
    expect(importsOf(source)).toEqual([specifier]);
  });

  test('and nothing in comments, strings or plain exports', () => {
    expect(
      importsOf(`
        // import './a.js';
        const text = "import './a.js'"; /* import('./a.js') */
        export { text };
        export const other = /import '.\\/a.js'/;
      `),
    ).toEqual([]);
  });
});

describe('a planted violation is found', () => {
  const levels: Record<string, UnitRule> = {
    low: { units: [] },
    'stores/one': { units: ['low'], packages: ['engine', '@scope/engine'], builtins: ['fs'] },
    'stores/two': { units: ['low'] },
    middle: { units: ['low'] },
    beside: { units: ['low'] },
    high: { units: ['low', 'middle', 'stores/one', 'stores/two'] },
  };
  const check = (path: string, specifier: string) =>
    violations(path, `import type { X } from '${specifier}';`, levels);

  test.each([
    ['low/a.ts', '../middle/index.js', 'low/a.ts: low may not import middle'],
    ['middle/a.ts', '../beside/index.js', 'middle/a.ts: middle may not import beside'],
    ['stores/one.ts', './two/index.js', 'stores/one.ts: stores/one may not import stores/two'],
    ['stores/two/a.ts', '../one.js', 'stores/two/a.ts: stores/two may not import stores/one'],
    ['middle/deep/a.ts', '../../low/a.js', 'middle/deep/a.ts: ../../low/a.js bypasses the entry of low'],
    ['middle/a.ts', './index.js', 'middle/a.ts: imports the entry of its own unit, ./index.js'],
    ['middle/a.ts', '../../test/a.js', 'middle/a.ts: ../../test/a.js is outside the source'],
    ['middle/a.ts', 'engine', 'middle/a.ts: middle may not import the package engine'],
    ['middle/a.ts', '@scope/engine/x', 'middle/a.ts: middle may not import the package @scope/engine'],
    ['middle/a.ts', 'fs', 'middle/a.ts: middle may not import the package fs'],
    ['middle/a.ts', 'node:fs', 'middle/a.ts: middle may not import node:fs'],
    ['unknown/a.ts', '../low/index.js', 'unknown/a.ts: unknown has no level'],
    ['constructor.ts', './low/index.js', 'constructor.ts: constructor has no level'],
  ])('%s importing %s', (path, specifier, message) => {
    expect(check(path, specifier)).toEqual([message]);
  });

  test('and what is allowed passes', () => {
    expect(check('middle/a.ts', '../low/index.js')).toEqual([]);
    expect(check('middle/deep/a.ts', '../b.js')).toEqual([]);
    expect(check('high/a.ts', '../stores/one.js')).toEqual([]);
    expect(check('stores/one.ts', '../low/index.js')).toEqual([]);
    expect(check('stores/one/deep/a.ts', '@scope/engine/part')).toEqual([]);
    expect(check('stores/one/a.ts', 'node:fs')).toEqual([]);
  });

  test('code beside re-exports is code', () => {
    expect(onlyReexports("export * from './a.js';\nexport { type A, b } from './b.js';")).toBe(true);
    expect(onlyReexports("import { a } from './a.js';\nexport { a };")).toBe(false);
    expect(onlyReexports('export const a = 1;')).toBe(false);
    expect(onlyReexports("export * from './a.js';\nglobalThis.a = 1;")).toBe(false);
  });
});
