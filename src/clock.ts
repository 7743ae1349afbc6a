/** Where the library takes the time from, and what wakes it later. */
export interface Clock {
  /** Milliseconds since the Unix epoch. The clock of a machine: it may be wrong, and step back or ahead. */
  nowMs(): number;
  /** Milliseconds since some instant of the past; never goes back. What durations are measured with. */
  monotonicMs(): number;
  /**
   * Calls `callback` once, `delayMs` from now by {@link monotonicMs} or later, never within the call.
   *
   * @param delayMs 0 to 2^31 - 1.
   * @returns Calls it off, if it has not happened yet.
   */
  after(delayMs: number, callback: () => void): () => void;
}

/** Where the library takes identifiers from that nobody else may have. */
export interface IdSource {
  /** A text without NUL of 1 to 64 bytes in UTF-8, never the same twice. */
  newId(): string;
}

/** The largest delay of {@link Clock.after}: beyond it, timers of Node fire at once. */
export const DELAY_MS_MAX = 2 ** 31 - 1;

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Random UUIDs (RFC 9562, version 4). */
export const randomIds: IdSource = { newId: () => crypto.randomUUID() };
