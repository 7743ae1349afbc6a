import { KeyspaceError } from '../errors.js';
import { queueDeadLetter, queueMessage, queueResponse } from '../layout/index.js';
import { decodeCbor, queueResponsePayload } from '../values/index.js';
import type { QueueSession } from './session.js';
import { assertWait, Wait } from './waiting.js';

/** How long an answer is waited for. */
export interface AnswerOptions {
  /** Default `Infinity`. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

type Looked = { readonly answer: unknown } | 'waiting' | 'dead' | 'gone';

/**
 * The waiting for an answer, from now on.
 *
 * @throws {RangeError} If `timeoutMs` is out of range. @throws {TypeError} Inside a transaction. @throws What the
 * signal was aborted with.
 */
export function answerWait(session: QueueSession, options: AnswerOptions): Wait {
  const { timeoutMs = Number.POSITIVE_INFINITY, signal } = options;
  assertWait(timeoutMs, 'timeoutMs');
  return new Wait(session, timeoutMs, signal);
}

/**
 * What a message is answered with, once that is durable.
 *
 * @throws {KeyspaceError} `queue.response_timeout`, `queue.dead_lettered`, `queue.no_response`, and as `ActorAccess`.
 */
export async function answerOf(session: QueueSession, id: bigint, options: AnswerOptions): Promise<unknown> {
  const { timeoutMs = Number.POSITIVE_INFINITY } = options;
  const { access, room } = session;
  const wait = answerWait(session, options);
  for (;;) {
    const { version } = room;
    const looked = await access.transaction(() => look(session, id));
    if (typeof looked === 'object') return looked.answer;
    if (looked !== 'waiting') throw unanswered(id, looked);
    if (!(await wait.for(version))) {
      throw new KeyspaceError(
        'queue.response_timeout',
        `message ${id} was not answered in ${timeoutMs} milliseconds`,
        { messageId: `${id}`, timeoutMs },
      );
    }
  }
}

async function look({ access }: QueueSession, id: bigint): Promise<Looked> {
  const keys = [queueResponse, queueMessage, queueDeadLetter].map((family) => family.encode({ id }));
  const [response, message, letter] = await access.getMany(keys);
  if (response !== undefined) {
    const { body, expiresAtMs } = queueResponsePayload.decode(response);
    if (expiresAtMs > access.clock.nowMs()) return { answer: decodeCbor(body) };
  }
  if (message !== undefined) return 'waiting';
  return letter === undefined ? 'gone' : 'dead';
}

function unanswered(id: bigint, looked: 'dead' | 'gone'): KeyspaceError {
  const details = { messageId: `${id}` };
  if (looked === 'dead') {
    return new KeyspaceError('queue.dead_lettered', `message ${id} was given up`, details);
  }
  return new KeyspaceError('queue.no_response', `message ${id} is gone, and there is no answer`, details);
}
