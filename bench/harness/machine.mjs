// @ts-check
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os';

/** What figures depend on, beside the code. Nothing in it names the machine or its user. */
export function describeMachine() {
  return {
    platform: `${platform()} ${release()}`,
    arch: arch(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    loadAverage: loadavg()[0],
    node: process.version,
  };
}

/**
 * @param {string} folder In the project.
 * @returns The commit that is checked out, with `+` if files differ from it; `undefined` without git.
 */
export function currentCommit(folder) {
  /** @param {string[]} words */
  const git = (...words) =>
    execFileSync('git', words, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return git('rev-parse', 'HEAD') + (git('status', '--porcelain') === '' ? '' : '+');
  } catch {
    return undefined;
  }
}

/**
 * @param {readonly string[]} names Of packages.
 * @param {string | URL} from The file to look for them from.
 * @returns {Record<string, string>} Versions of those that are installed.
 */
export function installedVersions(names, from) {
  const require = createRequire(from);
  /** @type {Record<string, string>} */
  const versions = {};
  for (const name of names) {
    const path = packageJson(require, name);
    if (path !== undefined) versions[name] = require(path).version;
  }
  return versions;
}

/**
 * By path, since not every package lets its `package.json` be imported.
 *
 * @param {NodeJS.Require} require
 * @param {string} name
 */
function packageJson(require, name) {
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      return require.resolve(`${folder}/${name}/package.json`);
    } catch {
      // The next folder may have it.
    }
  }
  return undefined;
}
