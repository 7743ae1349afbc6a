import process from 'node:process';

/** Runs work that an interrupt from the keyboard ends in order; a second one ends the process at once. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const { signal } = controller;
  const interrupt = (): void => controller.abort(new Error('interrupted'));
  process.once('SIGINT', interrupt);
  try {
    return await work(signal);
  } catch (error) {
    // Streams have an error of their own for it.
    throw signal.aborted && error instanceof Error && error.name === 'AbortError' ? signal.reason : error;
  } finally {
    process.off('SIGINT', interrupt);
  }
}
