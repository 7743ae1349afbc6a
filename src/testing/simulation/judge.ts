type Verdict = () => void | Promise<void>;

/** Keeps what has settled until nothing moves, so that each outcome is judged in the light of all others. */
export class Judge {
  readonly #rejected: Verdict[] = [];
  readonly #fulfilled: Verdict[] = [];

  fulfilled(verdict: Verdict): void {
    this.#fulfilled.push(verdict);
  }

  rejected(verdict: Verdict): void {
    this.#rejected.push(verdict);
  }

  /** What was refused first, since it changes what is expected of everything that came after it. */
  async judge(): Promise<void> {
    for (const verdict of [...this.#rejected.splice(0), ...this.#fulfilled.splice(0)]) await verdict();
  }
}
