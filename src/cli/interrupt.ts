import process from 'node:process';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Runs work that can be called off: the first interrupt ends it in order, a second one ends the process at once.
 *
 * @param message Told of work that was interrupted.
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  message = 'interrupted',
): Promise<T> {
  const controller = new AbortController();
  const { signal } = controller;
  const interrupt = (): void => controller.abort(new Error(message));
  for (const name of SIGNALS) process.once(name, interrupt);
  try {
    return await work(signal);
  } catch (error) {
    // Streams have an error of their own for it.
    throw signal.aborted && error instanceof Error && error.name === 'AbortError' ? signal.reason : error;
  } finally {
    for (const name of SIGNALS) process.off(name, interrupt);
  }
}
