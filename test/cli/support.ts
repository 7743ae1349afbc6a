import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import { run } from '../../src/cli/program.js';
import type { Connection } from '../../src/index.js';

export const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command line as a process of its own. */
export async function runCli(args: readonly string[], input = ''): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: 'pipe' });
  child.stdin.end(input);
  const [stdout, stderr, exitCode] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.on('close', resolve)),
  ]);
  return { exitCode, stdout, stderr };
}

/** Runs the command line in this process. */
export async function runHere(args: readonly string[], input = ''): Promise<Ended> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const read = Promise.all([text(stdout), text(stderr)]);
  const exitCode = await run(args, { stdin: Readable.from([input]), stdout, stderr, env: {} });
  stdout.end();
  stderr.end();
  const [outText, errText] = await read;
  return { exitCode, stdout: outText, stderr: errText };
}

/** As {@link runCli}, but stops reading after the first bytes. */
export async function runCliIntoHead(args: readonly string[]): Promise<Omit<Ended, 'stdout'>> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.once('data', () => child.stdout.destroy());
  const [stderr, exitCode] = await Promise.all([
    text(child.stderr),
    new Promise<number | null>((resolve) => child.on('close', resolve)),
  ]);
  return { exitCode, stderr };
}

/** A folder that is removed when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'actor-keyspace-cli-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Characters that steer a terminal, or reorder or break its lines. */
export const STEERING = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

/** One of each, and the ends of their ranges. */
export const STEERING_CHARACTERS: readonly string[] = [
  ...'\0\b\t\n\v\f\r\u001b\u001f\u007f\u0080\u0085\u009b\u009f',
  ...'\u061c\u200e\u200f\u2028\u2029\u202a\u202e\u2066\u2069',
];

export function newConnection(id: string): Connection {
  return {
    id,
    parameters: {},
    state: null,
    subscriptions: ['news'],
    gatewayId: new Uint8Array(4),
    requestId: new Uint8Array(4),
    serverMessageIndex: 0,
    clientMessageIndex: 0,
    requestPath: '/',
    requestHeaders: new Map(),
  };
}

export function hexBytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  let all = '';
  for await (const chunk of stream.setEncoding('utf8')) all += chunk;
  return all;
}

/** Changes a bit of a value wherever a store's file has it. */
export async function damageFile(path: string, value: string): Promise<void> {
  const file = join(path, 'data.mdb');
  const bytes = await readFile(file);
  let found = 0;
  for (let at = bytes.indexOf(value); at !== -1; at = bytes.indexOf(value, at + 1)) {
    bytes[at]! ^= 1;
    found++;
  }
  expect(found).toBeGreaterThan(0);
  await writeFile(file, bytes);
}
