import { wrongArguments } from './arguments.js';
import { checks } from './checks.js';
import { fences } from './fences.js';
import { instants } from './instants.js';
import { lifecycle } from './lifecycle.js';
import { limits } from './limits.js';
import { ownership } from './ownership.js';
import { reads } from './reads.js';
import { defineSection, rooted, type StoreSubject, type TestRunner } from './runner.js';
import { sizesOfEntries as sizes } from './sizes.js';
import { writes } from './writes.js';

export type { StoreFixture, StoreSubject, TestRunner } from './runner.js';

const SECTIONS = {
  reads,
  sizes,
  instants,
  writes,
  checks,
  fences,
  limits,
  wrongArguments,
  ownership,
  lifecycle,
};

/**
 * Defines the cases that every store must pass: once on the store itself and once on a view below a root, with
 * other keyspaces beside it. What a store declares not to be capable of is left out.
 *
 * @example
 * import { describe, test } from 'node:test';
 * storeSuite({ describe, test }, { name: 'memory', open: async () => ({ store: new MemoryStore() }) });
 */
export function storeSuite(runner: TestRunner, { name, open }: StoreSubject): void {
  const views = [
    { view: name, openView: open },
    { view: `${name} below a root`, openView: rooted(open) },
  ];
  for (const { view, openView } of views) {
    runner.describe(view, () => {
      for (const [section, cases] of Object.entries(SECTIONS))
        defineSection(runner, section, cases, openView);
    });
  }
}
