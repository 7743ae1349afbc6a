import { describe, expect, test } from 'vitest';
import { waterfall } from '../../src/cli/traces.js';
import { openKeyspace, type TraceSpan } from '../../src/index.js';
import { makeStore } from './store-support.js';
import { runHere, STEERING } from './support.js';

const BEGIN_NS = 1_771_900_000_000_000_000n;

const span = (
  n: number,
  startMs: number,
  endMs: number | undefined,
  parent?: number,
  more = {},
): TraceSpan => ({
  ...{
    traceId: new Uint8Array(16).fill(1),
    spanId: new Uint8Array(8).fill(n),
    name: `span ${n}`,
    kind: 0,
    flags: 0,
  },
  startNs: BEGIN_NS + BigInt(startMs) * 1_000_000n,
  ...(endMs !== undefined && { endNs: BEGIN_NS + BigInt(endMs) * 1_000_000n }),
  ...(parent !== undefined && { parentSpanId: new Uint8Array(8).fill(parent) }),
  ...{ attributes: {}, droppedAttributesCount: 0, events: [], links: [], droppedLinksCount: 0 },
  ...more,
});

const spans = [
  span(1, 0, 40),
  span(2, 0, 10, 1, { status: { code: 'ERROR' } }),
  span(3, 10, 40, 1, { name: 'drop \u001b[2J' }),
  span(4, 20, undefined, 3),
];

async function storeFolder(): Promise<string> {
  return makeStore(async (store) => {
    const keyspace = await openKeyspace({ store, sharedStore: true });
    const recorder = (await keyspace.openActor('alice')).traces.recorder();
    for (const each of spans) recorder.record(each);
    await recorder.flush();
    await keyspace.close();
  });
}

describe('traces', () => {
  test('shows each span below its parent, where it was in its trace', () => {
    expect([...waterfall(spans)]).toEqual([
      `trace ${'01'.repeat(16)}  2026-02-24T02:26:40.000Z  40 ms`,
      `  ${'"span 1"'.padEnd(40)} |${'='.repeat(40)}| 40 ms`,
      `  ${'  "span 2"'.padEnd(40)} |${'='.repeat(10).padEnd(40)}| 10 ms  error`,
      `  ${'  "drop \\u001b[2J"'.padEnd(40)} |${' '.repeat(10)}${'='.repeat(30)}| 30 ms`,
      `  ${'    "span 4"'.padEnd(40)} |${' '.repeat(20)}${'.'.repeat(20)}| active`,
    ]);
  });

  test('ends, whatever parents say', () => {
    expect([...waterfall([span(1, 0, 1, 2), span(2, 0, 1, 1)])]).toHaveLength(1);
    expect([...waterfall([span(1, 0, 0, 9), span(1, 0, 0)])].length).toBeGreaterThan(1);
  });

  test('reads a store, selects, and writes what a collector takes', async () => {
    const path = await storeFolder();
    const shown = await runHere(['traces', path, 'alice']);
    expect(shown).toMatchObject({ exitCode: 0, stderr: '' });
    expect(shown.stdout.trimEnd().split('\n')).toEqual([...waterfall(spans)]);
    expect(shown.stdout.replaceAll('\n', '')).not.toMatch(STEERING);
    const json = await runHere([
      'traces',
      path,
      'alice',
      '--json',
      '--name',
      'span 2',
      '--trace',
      '01'.repeat(16),
    ]);
    const [scope] = JSON.parse(json.stdout).resourceSpans[0].scopeSpans;
    expect(scope.spans).toMatchObject([
      { name: 'span 2', startTimeUnixNano: `${BEGIN_NS}`, status: { code: 2 } },
    ]);
    expect((await runHere(['traces', path, 'bob'])).exitCode).toBe(1);
    expect((await runHere(['traces', path, 'alice', '--limit', 'x'])).exitCode).toBe(2);
  });
});
