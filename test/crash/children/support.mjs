import { createInterface } from 'node:readline';

// A rejection that nobody hears is a defect of the library, whatever else went well.
process.on('unhandledRejection', (error) => {
  console.error('unhandled rejection', error);
  process.exit(70);
});

export const say = (line) => process.stdout.write(`${line}\n`);

let lines;

/** The parent's next line. From the first call on, the process lives until it is told to end. */
export const hear = async () => {
  lines ??= createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  return (await lines.next()).value;
};

export const connectionOf = (id, state) => ({
  id,
  parameters: null,
  state,
  subscriptions: [],
  gatewayId: new Uint8Array(4),
  requestId: new Uint8Array(4),
  serverMessageIndex: 0,
  clientMessageIndex: 0,
  requestPath: '/',
  requestHeaders: new Map(),
});
