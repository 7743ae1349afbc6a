/**
 * What the engine was asked and has not answered. One that has failed for good answers some of it never: then
 * {@link abandon} answers in its stead.
 */
export class EngineCalls {
  readonly #abandon = new Set<(error: Error) => void>();
  #unanswered = 0;

  /** Settles as the call does, or rejects once it is abandoned. */
  answerOf<T>(call: Promise<T>): Promise<T> {
    this.#unanswered++;
    return new Promise((resolve, reject) => {
      this.#abandon.add(reject);
      const answered = () => {
        this.#unanswered--;
        this.#abandon.delete(reject);
      };
      call.then(
        (value) => {
          answered();
          resolve(value);
        },
        (error) => {
          answered();
          reject(error);
        },
      );
    });
  }

  /** Calls that the engine itself has not answered, abandoned or not. */
  get unanswered(): number {
    return this.#unanswered;
  }

  abandon(error: Error): void {
    for (const reject of this.#abandon) reject(error);
    this.#abandon.clear();
  }
}
