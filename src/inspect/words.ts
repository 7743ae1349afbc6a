export function number(value: number | bigint): string {
  return value.toLocaleString('en-US');
}

export function plural(value: number, noun: string, nouns = `${noun}s`): string {
  return `${number(value)} ${value === 1 ? noun : nouns}`;
}

/** A time as ISO 8601 has it, or in milliseconds where that has none. */
export function time(atMs: number): string {
  const date = new Date(atMs);
  return Number.isNaN(date.getTime()) ? `millisecond ${number(atMs)} since 1970` : date.toISOString();
}
