import type { ActorAccess, WriteOptions } from '../actor/index.js';
import { workflowMessage } from '../layout/index.js';
import { decodeCbor, workflowMessagePayload } from '../values/index.js';
import { encodeStored } from './stored.js';

export interface NewWorkflowMessage {
  /** A new id if none is given. */
  readonly id?: string | undefined;
  readonly name: string;
  readonly data: unknown;
}

/** A message that the workflow has not received. */
export interface WorkflowMessage {
  /** Its place in the order of messages. */
  readonly sequence: number;
  readonly id: string;
  readonly name: string;
  readonly data: unknown;
  /** Milliseconds since the Unix epoch. */
  readonly sentAtMs: number;
}

/** Messages in the order in which they were sent, of these names or of all. */
export async function* readMessages(
  access: ActorAccess,
  names?: readonly string[],
): AsyncGenerator<WorkflowMessage, void, undefined> {
  for await (const { key, value } of access.scan(workflowMessage.range())) {
    const { data, ...message } = workflowMessagePayload.decode(value);
    if (names !== undefined && !names.includes(message.name)) continue;
    yield { sequence: workflowMessage.decode(key).sequence, ...message, data: decodeCbor(data) };
  }
}

/** Adds a message and makes the actor due. @returns Its id. */
export async function addMessage(
  access: ActorAccess,
  message: NewWorkflowMessage,
  options?: WriteOptions,
): Promise<string> {
  const { name, data, id = access.ids.newId() } = message;
  if (typeof name !== 'string') throw new TypeError('the name of a message must be a string');
  const sentAtMs = access.clock.nowMs();
  const value = workflowMessagePayload.encode({ id, name, data: encodeStored(data), sentAtMs });
  await access.transaction(async (inner) => {
    let sequence = 0;
    for await (const { key } of inner.scanSizes(workflowMessage.range(), { reverse: true, limit: 1 })) {
      sequence = workflowMessage.decode(key).sequence + 1;
    }
    await inner.write((writes) => {
      writes.set(workflowMessage.encode({ sequence }), value);
      writes.wakeAt('workflow', sentAtMs);
    });
  }, options);
  return id;
}
