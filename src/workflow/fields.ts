import { decodeUtf8, encodeUtf8 } from '../bytes/index.js';
import { KeyspaceError } from '../errors.js';
import { WORKFLOW_STATES, type WorkflowState } from '../values/index.js';

/** @throws {RangeError} If it is none of the states. */
export function encodeState(state: WorkflowState): Uint8Array {
  if (!WORKFLOW_STATES.includes(state)) {
    throw new RangeError(`the state of a workflow must be one of ${WORKFLOW_STATES.join(', ')}`);
  }
  return encodeUtf8(state);
}

/** @throws {KeyspaceError} `value.malformed` if it is none of the states. */
export function decodeState(bytes: Uint8Array): WorkflowState {
  const word = decodeUtf8(bytes);
  const state = WORKFLOW_STATES.find((known) => known === word);
  if (state !== undefined) return state;
  const details = { payload: 'workflow state', byteOffset: 0, reason: 'not one of the states' };
  throw new KeyspaceError(
    'value.malformed',
    'workflow state is malformed at byte 0: not one of the states',
    details,
  );
}
