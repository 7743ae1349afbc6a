import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../', import.meta.url);

/** Where this checkout is, absolute. */
export const CHECKOUT = fileURLToPath(ROOT);

const GENERATED = new Set(['.git', 'coverage', 'dist', 'node_modules']);

export interface TextFile {
  /** Relative to the project, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** Every text file of the project that git tracks; without git, all but the generated folders. */
export function projectFiles(): TextFile[] {
  return projectPaths().flatMap((path) => {
    const url = new URL(path, ROOT);
    if (!existsSync(url) || !lstatSync(url).isFile()) return [];
    const text = readFileSync(url, 'utf8');
    return text.includes('\0') ? [] : [{ path, text }];
  });
}

/** The TypeScript sources, their paths relative to `src`. */
export function sourceFiles(): TextFile[] {
  return walk('src/')
    .filter((path) => path.endsWith('.ts'))
    .map((path) => ({ path: path.slice('src/'.length), text: readFileSync(new URL(path, ROOT), 'utf8') }));
}

export function readJson(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, ROOT), 'utf8'));
}

function projectPaths(): string[] {
  if (!existsSync(new URL('.git', ROOT))) return walk('');
  const listed = execFileSync('git', ['ls-files', '-z'], {
    cwd: CHECKOUT,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return listed.split('\0').filter((path) => path !== '');
}

function walk(folder: string): string[] {
  return readdirSync(new URL(folder || '.', ROOT), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}${entry.name}`;
    if (entry.isDirectory()) return GENERATED.has(entry.name) ? [] : walk(`${path}/`);
    return [path];
  });
}
