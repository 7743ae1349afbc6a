import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const DEMO = fileURLToPath(new URL('../../examples/orders/demo.mjs', import.meta.url));
const ORDERS = 1_000;

/** Runs the demo; `onOutput` sees all output so far. */
async function runDemo(
  args: readonly string[],
  folder: string,
  onOutput: (output: string, interrupt: () => void) => void = () => {},
): Promise<{ exitCode: number | null; output: string }> {
  const env = { ...process.env, TMPDIR: folder, TEMP: folder, TMP: folder };
  const child = spawn(process.execPath, [DEMO, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      onOutput(output, () => child.kill('SIGINT'));
    });
  }
  const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { exitCode, output };
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'actor-keyspace-demo-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function fact(output: string, name: string): string | undefined {
  return new RegExp(`^${name} +(.*)$`, 'm').exec(output)?.[1];
}

test('the demo loses and repeats nothing through two kills, and leaves nothing behind', async () => {
  const folder = await temporaryFolder();
  const { exitCode, output } = await runDemo(['--records', `${ORDERS}`], folder);
  expect(exitCode, output).toBe(0);
  const names = ['records', 'kills', 'acknowledged', 'lost', 'repeated'];
  expect(names.map((name) => fact(output, name))).toEqual(['1,000', '2', '1,000', '0', '0']);
  expect(fact(output, 'keys')).toMatch(/every one decoded$/);
  expect(output).toMatch(/killed \(SIGKILL\) half-way[\s\S]*killed \(SIGKILL\) with more/);
  expect(output).toContain('User key "order/00000".');
  expect(await readdir(folder)).toEqual([]);
});

test('the demo keeps its store where it is told to, and starts nowhere else', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'kept');
  expect((await runDemo(['--records', `${ORDERS}`, '--path', path], folder)).exitCode).toBe(0);
  const acknowledged = (await readFile(join(path, 'acknowledged.txt'), 'utf8')).trimEnd().split('\n');
  expect(acknowledged.map(Number).sort((a, b) => a - b)).toEqual(
    Array.from({ length: ORDERS }, (_, index) => index),
  );
  expect(existsSync(join(path, 'store'))).toBe(true);

  const again = await runDemo(['--path', path], folder);
  expect(again).toMatchObject({ exitCode: 2, output: expect.stringContaining('is not empty') });
  expect((await runDemo(['--records', '10'], folder)).exitCode).toBe(2);
});

test('the demo that is interrupted leaves nothing behind', async () => {
  const folder = await temporaryFolder();
  const { exitCode } = await runDemo([], folder, (output, interrupt) => {
    if (output.includes('acknowledged')) interrupt();
  });
  expect(exitCode).toBe(130);
  expect(await readdir(folder)).toEqual([]);
});
