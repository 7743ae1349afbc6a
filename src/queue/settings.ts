import { type StoreLimits, VALUE_BYTES_MAX } from '../store/index.js';

/** How an actor's queue behaves. */
export interface QueueOptions {
  /** How long an encoded message may be, inclusive: a whole number of 1 to 131,072. Default 65,536. */
  readonly messageBytesMax?: number | undefined;
  /** How many messages there may be, dead letters aside: a whole number of 1 or more, or `Infinity`. Default 1,000. */
  readonly messagesMax?: number | undefined;
  /** How long a received message is leased where `receive` does not say. Default 30,000 milliseconds. */
  readonly visibilityMs?: number | undefined;
  /** Failed deliveries after which a message is a dead letter: a whole number of 1 or more, or `Infinity`. Default 10. */
  readonly deliveriesMax?: number | undefined;
  /** How long an idempotency key is remembered. Default 86,400,000 milliseconds, a day. */
  readonly idempotencyMs?: number | undefined;
  /** How long the answer to a message is kept. Default 86,400,000 milliseconds, a day. */
  readonly responseMs?: number | undefined;
}

export type QueueSettings = { readonly [Name in keyof QueueOptions]-?: number };

/** A hundred years: with it, no time overflows. */
export const DURATION_MS_MAX = 3_155_760_000_000;
const DAY_MS = 86_400_000;
/** What a message grows by while it is leased, and as a dead letter with its reason. */
const ENVELOPE_BYTES_MAX = 1_024;
const NAMES = [
  'messageBytesMax',
  'messagesMax',
  'visibilityMs',
  'deliveriesMax',
  'idempotencyMs',
  'responseMs',
];

/**
 * The settings that options give, those of `defaults` where they say nothing.
 *
 * @throws {TypeError} If they are no object, or have a property that is no setting.
 * @throws {RangeError} If one is out of range; a `messageBytesMax` that the store could not hold is.
 */
export function queueSettings(
  options: QueueOptions = {},
  limits: Pick<StoreLimits, 'valueBytesMax'>,
  defaults?: QueueSettings,
): QueueSettings {
  if (typeof options !== 'object' || options === null) throw new TypeError('queue must be an object');
  for (const name of Object.keys(options)) {
    if (!NAMES.includes(name)) throw new TypeError(`unknown queue setting ${name}`);
  }
  const {
    messageBytesMax = defaults?.messageBytesMax ?? 65_536,
    messagesMax = defaults?.messagesMax ?? 1_000,
    visibilityMs = defaults?.visibilityMs ?? 30_000,
    deliveriesMax = defaults?.deliveriesMax ?? 10,
    idempotencyMs = defaults?.idempotencyMs ?? DAY_MS,
    responseMs = defaults?.responseMs ?? DAY_MS,
  } = options;
  const roomBytes = Math.min(VALUE_BYTES_MAX, limits.valueBytesMax - ENVELOPE_BYTES_MAX);
  assertWhole(messageBytesMax, 'messageBytesMax', 1, roomBytes);
  assertCount(messagesMax, 'messagesMax');
  assertCount(deliveriesMax, 'deliveriesMax');
  assertDuration(visibilityMs, 'visibilityMs', 1);
  assertDuration(idempotencyMs, 'idempotencyMs', 1);
  assertDuration(responseMs, 'responseMs', 1);
  return { messageBytesMax, messagesMax, visibilityMs, deliveriesMax, idempotencyMs, responseMs };
}

/** @throws {RangeError} If it is not a whole number of milliseconds from `min` to a hundred years. */
export function assertDuration(durationMs: number, name: string, min: 0 | 1): void {
  assertWhole(durationMs, name, min, DURATION_MS_MAX);
}

/** @throws {RangeError} If it is not a whole number from `min` to `max`. */
export function assertWhole(value: number, name: string, min: number, max: number): void {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return;
  throw new RangeError(`${name} must be a whole number from ${min} to ${max}, not ${String(value)}`);
}

function assertCount(value: number, name: string): void {
  if (value === Number.POSITIVE_INFINITY || (Number.isSafeInteger(value) && value >= 1)) return;
  throw new RangeError(`${name} must be a whole number of 1 or more, or Infinity, not ${String(value)}`);
}
