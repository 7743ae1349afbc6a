import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isKeyspaceError } from '../../src/errors.js';
import { EXPORT_LINE_BYTES_MAX, importKeyspace, verifyExport } from '../../src/transfer/index.js';
import { HeldStore } from '../actor/support.js';
import {
  BEGIN,
  bodiesOf,
  dump,
  dumpOf,
  HEADER_KEY,
  header,
  importText,
  MARKER_KEY,
  marker,
  type Pair,
  pieces,
  SMALL_WORLD,
  sealed,
  smallExport,
  USAGE_KEY,
  userKey,
  WAKE_KEY,
} from '../transfer/support.js';

/** The line that is refused; anything but a refusal before the first write fails the test. */
async function refusal(text: string | Uint8Array): Promise<{ lineNumber: number; reason: string }> {
  const store = new HeldStore();
  try {
    await importText(store, text);
  } catch (error) {
    if (!isKeyspaceError(error, 'export.malformed')) throw error;
    expect(store.commits).toEqual([]);
    expect(error.message).toContain(`line ${error.details.lineNumber} `);
    return error.details;
  }
  throw new Error('was imported');
}

const lineOf = async (text: string | Uint8Array) => (await refusal(text)).lineNumber;

const LINES = await smallExport();
const TEXT = LINES.join('');
const OTHER = await smallExport('another export');

test('the export these tests damage is imported', async () => {
  const store = new HeldStore();
  await importText(store, TEXT);
  expect(await dump(store)).toEqual(dumpOf(SMALL_WORLD));
});

describe('damage', () => {
  test('a file cut at any byte', async () => {
    for (let end = 0; end < TEXT.length; end++) {
      const whole = TEXT.slice(0, end).split('\n').length;
      expect(await lineOf(TEXT.slice(0, end))).toBe(whole);
    }
  });

  test('a file cut between any two lines, at either end or in the middle', async () => {
    for (let from = 0; from <= LINES.length; from++) {
      for (let to = from + 1; to <= LINES.length; to++) {
        const kept = [...LINES.slice(0, from), ...LINES.slice(to)];
        expect(await lineOf(kept.join(''))).toBe(from + 1);
      }
    }
  });

  test('any two lines swapped', async () => {
    for (let a = 0; a < LINES.length; a++) {
      for (let b = a + 1; b < LINES.length; b++) {
        const swapped = LINES.with(a, LINES[b]!).with(b, LINES[a]!);
        expect(await lineOf(swapped.join(''))).toBe(a + 1);
      }
    }
  });

  test('any line twice, anywhere', async () => {
    for (const [from, line] of LINES.entries()) {
      for (let at = 0; at <= LINES.length; at++) {
        const found = await lineOf(LINES.toSpliced(at, 0, line).join(''));
        // Beside the line itself the second of the two is the odd one.
        expect(found).toBe(at === from ? at + 2 : at + 1);
      }
    }
  });

  test('any line of another export of the same actors, anywhere', async () => {
    for (const [from, line] of OTHER.entries()) {
      for (let at = 0; at <= LINES.length; at++) {
        const isOther = at === 0 && from === 0;
        expect(await lineOf(LINES.toSpliced(at, 0, line).join(''))).toBe(isOther ? 2 : at + 1);
        if (at === LINES.length) continue;
        const isFirst = at === 0 && from === 0;
        expect(await lineOf(LINES.with(at, line).join(''))).toBe(isFirst ? 2 : at + 1);
      }
    }
  });

  test('the end of another export after any beginning', async () => {
    for (let at = 1; at < LINES.length; at++) {
      expect(await lineOf([...LINES.slice(0, at), ...OTHER.slice(at)].join(''))).toBe(at + 1);
    }
    expect(await lineOf(TEXT + OTHER.join(''))).toBe(LINES.length + 1);
  });

  test('any bit flipped', async () => {
    const bytes = Buffer.from(TEXT);
    let lineNumber = 1;
    for (let at = 0; at < bytes.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        bytes[at]! ^= 1 << bit;
        const refused = await verifyExport({ source: pieces(bytes) }).catch((error: unknown) => error);
        if (isKeyspaceError(refused, 'export.version_unsupported')) expect(lineNumber).toBe(1);
        else if (isKeyspaceError(refused, 'export.malformed')) {
          // Two lines made one are found where they meet, one made two in the first half.
          expect(refused.details.lineNumber).toBe(lineNumber);
        } else throw refused;
        bytes[at]! ^= 1 << bit;
      }
      if (bytes[at] === 0x0a) lineNumber++;
    }
    await verifyExport({ source: pieces(bytes) });
  });

  test('random bytes put in, taken out or replaced', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(TEXT.length),
        fc.nat(5),
        fc.uint8Array({ maxLength: 5 }),
        async (at, gone, put) => {
          const bytes = Buffer.from(TEXT);
          const damaged = Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + gone)]);
          fc.pre(!damaged.equals(bytes));
          const refused = await verifyExport({ source: pieces(damaged) }).catch((error: unknown) => error);
          const code = isKeyspaceError(refused) ? refused.code : refused;
          expect(['export.malformed', 'export.version_unsupported']).toContain(code);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe('a file that is no export', () => {
  test.each<[string, string | Uint8Array, number]>([
    ['empty', '', 1],
    ['a line feed', '\n', 1],
    ['text', 'hello\nworld\n', 1],
    ['a JSON object', '{"type":"begin"}\n', 1],
    ['a JSON array', '[]\n', 1],
    ['an SQL dump', '--\n-- PostgreSQL database dump\n--\n', 1],
    ['an image', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), 1],
    ['compressed', Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3), 1],
    ['zeroes', new Uint8Array(1_000), 1],
    ['UTF-16', Buffer.from(TEXT, 'utf16le'), 1],
    ['with a byte order mark', `\ufeff${TEXT}`, 1],
    ['with CRLF', TEXT.replaceAll('\n', '\r\n'), 1],
    ['with one CRLF', TEXT.replace(/\n(?=.*\n$)/, '\r\n'), LINES.length - 1],
    ['after an empty line', `\n${TEXT}`, 1],
    ['with an empty line', LINES.toSpliced(3, 0, '\n').join(''), 4],
    ['before an empty line', `${TEXT}\n`, LINES.length + 1],
    ['before more', `${TEXT}x`, LINES.length + 1],
    ['before a NUL', `${TEXT}\0`, LINES.length + 1],
    ['without its last line feed', TEXT.slice(0, -1), LINES.length],
    ['an array of its lines', `[${LINES.map((line) => line.trim()).join(',')}]\n`, 1],
    ['indented', TEXT.replaceAll('{', '{ '), 1],
  ])('%s', async (_name, text, lineNumber) => {
    expect(await lineOf(text)).toBe(lineNumber);
  });

  test('a line without end is refused at the limit, and the source is closed', async () => {
    let [bytes, isClosed] = [0, false];
    const open = async function* () {
      try {
        yield LINES[0] as string;
        for (const piece = Buffer.alloc(65_536, 0x7b); ; bytes += piece.length) yield piece;
      } finally {
        isClosed = true;
      }
    };
    const importing = importKeyspace({ store: new HeldStore(), open });
    await expect(importing).rejects.toMatchObject({
      details: { lineNumber: 2, reason: `it has more than ${EXPORT_LINE_BYTES_MAX} bytes` },
    });
    expect({ isClosed, bytes }).toEqual({ isClosed: true, bytes: 3 * 65_536 - 65_536 });
  });

  test('the largest entry fits into a line', async () => {
    const largest: Pair = [userKey('k'.repeat(1_699)), new Uint8Array(132_096)];
    const text = sealed(bodiesOf([['a', [largest]]]));
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(EXPORT_LINE_BYTES_MAX);
    expect(await importText(new HeldStore(), text)).toMatchObject({ actors: 1, entries: 1 });
  });
});

test('a newer format is refused by its version, whatever its lines look like', async () => {
  for (const line of [
    '{"type":"begin","format":"actor-keyspace export","formatVersion":2,"layoutVersion":9,"exportId":"x","check":"00"}',
    '{"type":"begin","format":"actor-keyspace export","formatVersion":2}',
  ]) {
    await expect(importText(new HeldStore(), `${line}\n\0\0`)).rejects.toMatchObject({
      code: 'export.version_unsupported',
      details: { formatVersion: 2, formatVersionMax: 1 },
    });
  }
  await expect(
    importText(new HeldStore(), sealed([BEGIN.replace('"layoutVersion":1', '"layoutVersion":2')])),
  ).rejects.toMatchObject({ code: 'layout.unsupported', details: { layoutVersion: 2, layoutVersionMax: 1 } });
});

const K: Pair = [userKey('k'), Uint8Array.of(1)];
const L: Pair = [userKey('l'), Uint8Array.of(2)];

describe('a forged file, whose checks are all right', () => {
  test('is imported if it is as an export has it', async () => {
    const store = new HeldStore();
    await importText(
      store,
      sealed(
        bodiesOf([
          ['a', [K, L]],
          ['b', [K]],
        ]),
      ),
    );
    expect(await dump(store)).toEqual(
      dumpOf(
        new Map([
          ['a', { pairs: [K, L] }],
          ['b', { pairs: [K] }],
        ]),
      ),
    );
    expect(await importText(store, sealed(bodiesOf([])))).toMatchObject({ actors: 0, entries: 0 });
  });

  const replaced = (from: string | RegExp, to: string, bodies = bodiesOf([['a', [K]]])) =>
    bodies.map((body) => body.replace(from, to));
  const moved = (bodies: string[], from: number, to: number) =>
    bodies.toSpliced(from, 1).toSpliced(to, 0, bodies[from] as string);
  const TWO = bodiesOf([
    ['a', [K]],
    ['b', [K]],
  ]);

  test.each<[string, string[], number]>([
    ['keys out of order', bodiesOf([['a', [L, K]]]), 4],
    ['a key twice', bodiesOf([['a', [K, K]]]), 4],
    [
      'actors out of order',
      bodiesOf([
        ['b', [K]],
        ['a', [K]],
      ]),
      5,
    ],
    [
      'an actor twice',
      bodiesOf([
        ['a', [K]],
        ['a', [L]],
      ]),
      5,
    ],
    ['an actor without entries', bodiesOf([['a', []]]), 3],
    ['an unknown namespace', bodiesOf([['a', [[Uint8Array.of(0x2a, 1), K[1]]]]]), 3],
    ['an unknown layout version', bodiesOf([['a', [[Uint8Array.of(5, 2, 1), K[1]]]]]), 3],
    [
      'a key of the keyspace',
      bodiesOf([['a', [[Uint8Array.from([2, 0x64, 0x75, 0x65, 0, 0x15]), K[1]]]]]).with(
        2,
        '{"type":"entry","key":"14","value":""',
      ),
      3,
    ],
    ['an empty key', bodiesOf([['a', [[new Uint8Array(0), K[1]]]]]), 3],
    ['a long key', bodiesOf([['a', [[userKey('k'.repeat(1_700)), K[1]]]]]), 3],
    ['a long value', bodiesOf([['a', [[K[0], new Uint8Array(132_097)]]]]), 3],
    ['a usage record', bodiesOf([['a', [[USAGE_KEY, new Uint8Array(210)]]]]), 3],
    ['an import marker', bodiesOf([['a', [[MARKER_KEY, marker('x')]]]]), 3],
    ['a wake record that is none', bodiesOf([['a', [[WAKE_KEY, Uint8Array.of(1, 0, 2)]]]]), 3],
    ['a layout header that is none', bodiesOf([['a', [[HEADER_KEY, Uint8Array.of(1)]]]]), 3],
    [
      'two layouts',
      bodiesOf([
        [
          'a',
          [
            [HEADER_KEY, header()],
            [Uint8Array.of(9, 0, 0), new Uint8Array(10)],
          ],
        ],
      ]),
      5,
    ],
    ['a NUL in an id', replaced('"a"', '"a\\u0000"'), 2],
    ['a lone surrogate in an id', replaced('"a"', '"\\ud800"'), 2],
    ['an empty id', replaced('"a"', '""'), 2],
    ['a long id', replaced('"a"', `"${'a'.repeat(255)}"`), 2],
    ['an id that is not text', replaced('"a"', '1'), 2],
    ['an id written otherwise', replaced('"a"', '"\\u0061"'), 2],
    ['an id with an upper-case escape', replaced('"a"', '"\\u00E9"'), 2],
    ['an id with an escaped slash', replaced('"a"', '"\\/"'), 2],
    ['an unknown field', replaced('"actorId":', '"other":1,"actorId":'), 2],
    ['a field twice', replaced('"actorId":"a"', '"actorId":"a","actorId":"a"'), 2],
    ['a prototype', replaced('"actorId":"a"', '"actorId":"a","__proto__":{}'), 2],
    ['another order of fields', replaced(/"key":"(.*)","value":"(.*)"/, '"value":"$2","key":"$1"'), 3],
    ['an unknown type', replaced('"type":"actor"', '"type":"toString"'), 2],
    ['upper-case hex', replaced('"046b"', '"046B"'), 3],
    ['half a byte of hex', replaced('"046b"', '"046"'), 3],
    ['base64 without padding', replaced('AQ==', 'AQ'), 3],
    ['base64 with bits left over', replaced('AQ==', 'AR=='), 3],
    ['URL-safe base64', replaced('AQ==', '_w=='), 3],
    ['base64 with a space', replaced('AQ==', 'AQ ='), 3],
    ['a value that is null', replaced('"AQ=="', 'null'), 3],
    ['a wrong count of entries', replaced('"actorEnd","entries":1', '"actorEnd","entries":2'), 4],
    [
      'a wrong count of bytes',
      replaced('"actorEnd","entries":1,"bytes":3', '"actorEnd","entries":1,"bytes":4'),
      4,
    ],
    ['a wrong digest', replaced(/("actorEnd".*:")[0-9a-f]{64}/, `$1${'0'.repeat(64)}`), 4],
    ['a wrong total', replaced('"type":"end","actors":1', '"type":"end","actors":2'), 5],
    ['a wrong digest of all', replaced('{sha256}', '0'.repeat(64)), 5],
    ['a leading zero', replaced('"actors":1', '"actors":01'), 5],
    ['a fraction', replaced('"actors":1', '"actors":1.0'), 5],
    ['an exponent', replaced('"actors":1', '"actors":1e0'), 5],
    ['a negative number', replaced('"actors":1', '"actors":-1'), 5],
    ['an unsafe integer', replaced('"actors":1', '"actors":9007199254740993'), 5],
    ['an entry of no actor', moved(TWO, 2, 1), 2],
    ['an entry between actors', moved(TWO, 2, 3), 3],
    ['an actor within an actor', moved(TWO, 4, 2), 3],
    ['an end within an actor', moved(TWO, 7, 3), 4],
    ['two beginnings', TWO.toSpliced(1, 0, BEGIN), 2],
    ['no beginning', TWO.slice(1), 1],
    ['an empty export id', replaced('"x"', '""'), 1],
    ['a long export id', replaced('"x"', `"${'x'.repeat(65)}"`), 1],
    ['format version 0', replaced('"formatVersion":1', '"formatVersion":0'), 1],
    ['another format', replaced('actor-keyspace export', 'actor-keyspace dump'), 1],
  ])('%s', async (_name, bodies, lineNumber) => {
    expect(bodies).not.toEqual(bodiesOf([['a', [K]]]));
    expect(await refusal(sealed(bodies))).toMatchObject({ lineNumber });
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });

  test('a newer layout in a header is refused as such', async () => {
    await expect(
      importText(new HeldStore(), sealed(bodiesOf([['a', [[HEADER_KEY, header(2)]]]]))),
    ).rejects.toMatchObject({
      code: 'layout.unsupported',
    });
  });
});

test('a file that is another one when it is read again leaves nothing behind', async () => {
  for (const second of [OTHER.join(''), LINES.slice(0, -1).join(''), sealed(bodiesOf([['z', [K]]])), '']) {
    const store = new HeldStore();
    const sources = [TEXT, second];
    const importing = importKeyspace({ store, open: () => pieces(sources.shift() as string) });
    await expect(importing).rejects.toMatchObject({ code: 'export.malformed' });
    expect(await dump(store)).toEqual([]);
  }
});
