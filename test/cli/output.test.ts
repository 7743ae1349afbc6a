import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { Output, OutputClosed, PLAIN_STYLE, styleFor } from '../../src/cli/output.js';

describe('output', () => {
  test('waits for a slow reader', async () => {
    const waiting: (() => void)[] = [];
    const slow = new Writable({ highWaterMark: 1, write: (_chunk, _encoding, done) => waiting.push(done) });
    const output = new Output(slow);
    let isDone = false;
    const line = output.line('a').then(() => {
      isDone = true;
    });
    await new Promise(setImmediate);
    expect(isDone).toBe(false);
    waiting.shift()?.();
    await line;
  });

  test('ends when the reader goes away, also while it is waited for', async () => {
    const leaving = new Writable({
      highWaterMark: 1,
      write: (_chunk, _encoding, done) =>
        setImmediate(done, Object.assign(new Error('gone'), { code: 'EPIPE' })),
    });
    const output = new Output(leaving);
    await expect(output.line('a')).rejects.toBeInstanceOf(OutputClosed);
    await expect(output.line('b')).rejects.toBeInstanceOf(OutputClosed);
  });

  test('says what else went wrong, also with what was written last', async () => {
    const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    const failing = new Writable({ write: (_chunk, _encoding, done) => setImmediate(done, full) });
    const output = new Output(failing);
    await output.line('a');
    await expect(output.flush()).rejects.toBe(full);
    await expect(output.line('b')).rejects.toBe(full);
  });

  test('is marked on a terminal only, and not against NO_COLOR', () => {
    const terminal = { isTTY: true };
    expect(styleFor(terminal, {}).strong('a')).toBe('\u001b[1ma\u001b[22m');
    expect(styleFor(terminal, { NO_COLOR: '1' })).toBe(PLAIN_STYLE);
    expect(styleFor(terminal, { TERM: 'dumb' })).toBe(PLAIN_STYLE);
    expect(styleFor({}, {})).toBe(PLAIN_STYLE);
  });
});
