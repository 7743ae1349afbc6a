import type { Writable } from 'node:stream';

/** Whoever read the output has stopped reading, as `head` does. */
export class OutputClosed extends Error {}

/** Lines to a stream that may be slow, or closed at any time. */
export class Output {
  readonly #stream: Writable;
  #failure: Error | undefined;

  constructor(stream: Writable) {
    this.#stream = stream;
    // Unheard, the error of a broken pipe would end the process with a stack.
    stream.on('error', (error: NodeJS.ErrnoException) => {
      this.#failure ??= error.code === 'EPIPE' ? new OutputClosed() : error;
    });
  }

  /**
   * Resolves when there is room for more.
   *
   * @throws {OutputClosed} If nobody reads any more.
   * @throws {Error} What else went wrong with the stream: a full disk, for example.
   */
  line(text: string): Promise<void> {
    return this.#write(`${text}\n`);
  }

  /** As {@link line}, but exactly these bytes. */
  bytes(bytes: Uint8Array): Promise<void> {
    return this.#write(bytes);
  }

  async #write(chunk: string | Uint8Array): Promise<void> {
    if (this.#failure === undefined && !this.#stream.write(chunk)) await this.#room();
    this.#assertWell();
  }

  /** Resolves when everything is written. Throws as {@link line}. */
  async flush(): Promise<void> {
    if (this.#failure === undefined)
      await new Promise<void>((resolve) => this.#stream.write('', () => resolve()));
    this.#assertWell();
  }

  #assertWell(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  #room(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        for (const event of ROOM_EVENTS) this.#stream.off(event, done);
        resolve();
      };
      for (const event of ROOM_EVENTS) this.#stream.on(event, done);
    });
  }
}

const ROOM_EVENTS = ['drain', 'error', 'close'];

// Control characters, and marks that reorder or break the line on a terminal. JSON escapes only some of them.
const UNPRINTABLE = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** One line of JSON that cannot steer a terminal. */
export function jsonLine(value: unknown): string {
  // What is escaped stands inside strings, where the escape means the same.
  return printable(JSON.stringify(value));
}

/** Text in quotes, cut, that cannot steer a terminal. */
export function quoted(text: string, charactersMax: number): string {
  return text.length > charactersMax ? `${jsonLine(text.slice(0, charactersMax))}…` : jsonLine(text);
}

/** One line of text that cannot steer a terminal. */
export function printable(text: string): string {
  return text.replace(
    UNPRINTABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** As {@link printable}, with a blank for each such character and any space, so that what follows stays in place. */
export function blanked(text: string): string {
  return text.replace(UNPRINTABLE, ' ').replace(/\s/g, ' ');
}

/** How to mark text; identity where there is no colour. */
export interface Style {
  strong(text: string): string;
  faint(text: string): string;
}

export const PLAIN_STYLE: Style = { strong: (text) => text, faint: (text) => text };

const TERMINAL_STYLE: Style = {
  strong: (text) => `\u001b[1m${text}\u001b[22m`,
  faint: (text) => `\u001b[2m${text}\u001b[22m`,
};

/** Marks only what a person reads on a terminal, and not if `NO_COLOR` is set (no-color.org). */
export function styleFor(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): Style {
  return stream.isTTY && !env.NO_COLOR && env.TERM !== 'dumb' ? TERMINAL_STYLE : PLAIN_STYLE;
}
