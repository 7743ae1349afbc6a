import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { Progress } from '../../src/cli/progress.js';
import { ManualClock } from '../stores/manual-clock.js';

function terminal(isTTY: boolean) {
  const stream = Object.assign(new PassThrough(), { isTTY });
  const clock = new ManualClock();
  const written = () => String(stream.read() ?? '');
  return { clock, progress: new Progress(stream, 'keys', clock), written };
}

test('on a terminal one line is rewritten, now and then, and taken away', () => {
  const { clock, progress, written } = terminal(true);
  progress.show(1);
  expect(written()).toBe('');
  clock.advance(500);
  progress.show(2_000);
  expect(written()).toBe('\r\u001b[K2,000 keys, 4,000 a second');
  clock.advance(99);
  progress.show(2_001);
  expect(written()).toBe('');
  clock.advance(401);
  progress.show(3_000, 12_000);
  expect(written()).toBe('\r\u001b[K3,000 of 12,000 keys, 3,000 a second');
  progress.end();
  progress.end();
  expect(written()).toBe('\r\u001b[K');
});

test('what is shown for too short a time, or on no terminal, is not shown', () => {
  for (const isTTY of [true, false]) {
    const { clock, progress, written } = terminal(isTTY);
    if (!isTTY) clock.advance(1_000);
    progress.show(1);
    progress.end();
    expect(written()).toBe('');
  }
});
