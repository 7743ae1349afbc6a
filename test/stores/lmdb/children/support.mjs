import { createInterface } from 'node:readline';

// A rejection that nobody hears is a defect of the store, whatever else went well.
process.on('unhandledRejection', (error) => {
  console.error('unhandled rejection', error);
  process.exit(70);
});

export const utf8 = (text) => new Uint8Array(Buffer.from(text));

export const actor = (name) => Uint8Array.of(0x02, ...Buffer.from(name), 0x00);

export const set = (partition, key, value) => ({
  type: 'set',
  partition,
  key: utf8(key),
  value: typeof value === 'string' ? utf8(value) : value,
});

export const say = (line) => process.stdout.write(`${line}\n`);

let lines;

/** The parent's next line. From the first call on, the process lives until it is told to end. */
export const hear = async () => {
  lines ??= createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  return (await lines.next()).value;
};
