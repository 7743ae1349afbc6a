/** Whether WebAssembly itself failed, or ran out of stack: then nobody knows what state it is in. */
export function isTrap(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    error.name === 'RuntimeError' || (error instanceof RangeError && error.message.includes('call stack'))
  );
}
