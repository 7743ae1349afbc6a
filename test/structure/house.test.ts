import { basename, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CHECKOUT, projectFiles, readJson } from './files.js';

interface Lock {
  packages: Record<string, { resolved?: string; link?: true; optionalDependencies?: Record<string, string> }>;
}

const escaped = (text: string) => text.replace(/[^\w]/g, '\\$&');
const checkout = resolve(CHECKOUT);
const ABSOLUTE = '(?<![\\w.\\-/])';
const NAME = '[\\w.\\-]+';

/** Folders where people and machines keep their own, and where this checkout is, or one of its name. */
const MACHINE_PATH = new RegExp(
  [
    `${ABSOLUTE}/(?:root\\b|(?:home|tmp|Users|var/folders)/${NAME})`,
    `\\b[A-Z]:(?:\\\\{1,2}|/)(?:Users|Windows|Program|Temp)`,
    `${ABSOLUTE}/${NAME}/${escaped(basename(checkout))}(?![\\w.\\-])`,
    `${escaped(checkout)}(?![\\w.\\-])`,
  ].join('|'),
);

/** Written so that no pattern matches its own source. */
const FORBIDDEN: readonly { what: string; pattern: RegExp }[] = [
  { what: 'a path of one machine', pattern: MACHINE_PATH },
  { what: 'the address of a package registry', pattern: /registry\.[a-z]|npm(?:js)\.(?:com|org)/ },
  { what: 'unfinished work', pattern: /\bTO(?:DO)\b|\bFIX(?:ME)\b/ },
];

function forbiddenLines(text: string): string[] {
  return text
    .split('\n')
    .flatMap((line, index) =>
      FORBIDDEN.filter(({ pattern }) => pattern.test(line)).map(({ what }) => `${index + 1}: ${what}`),
    );
}

describe('the project', () => {
  const files = projectFiles();

  test('holds no machine path, registry address or unfinished work', () => {
    expect(files.map(({ path }) => path)).toContain('package.json');
    expect(
      files.flatMap(({ path, text }) => forbiddenLines(text).map((problem) => `${path}:${problem}`)),
    ).toEqual([]);
  });

  test('would notice them', () => {
    const slash = '/';
    for (const path of [
      ...['root', 'root/x', 'home/x', 'tmp/x', 'Users/x', 'var/folders/x'].map((name) => slash + name),
      ...['/', '\\', '\\\\'].map((separator) => `C:${separator}Users`),
      ...[checkout, `${checkout}${slash}src`, `${slash}anywhere${slash}${basename(checkout)}`],
    ]) {
      expect(forbiddenLines(`a\nsee '${path}'`)).toEqual(['2: a path of one machine']);
    }
    expect(forbiddenLines(`https:${slash}${slash}registry${'.'}example`)).toHaveLength(1);
    expect(forbiddenLines(`${'TO'}${'DO'}: later`)).toEqual(['1: unfinished work']);
    expect(forbiddenLines("import './root.js'; // the framework/rooted path, ./home/x")).toEqual([]);
  });
});

describe.each(['package-lock.json', 'bench/package-lock.json'])('%s', (lock) => {
  const { packages } = readJson(lock) as Lock;

  test('names no address that packages came from', () => {
    const paths = Object.entries(packages).filter(
      ([, { resolved, link }]) => !link && resolved !== undefined,
    );
    expect(paths).toEqual([]);
  });

  test("lists other platforms' packages too, without which a clean install is refused", () => {
    const missing = Object.entries(packages).flatMap(([path, entry]) =>
      Object.keys(entry.optionalDependencies ?? {}).filter(
        (name) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages),
      ),
    );
    expect(missing).toEqual([]);
  });
});
