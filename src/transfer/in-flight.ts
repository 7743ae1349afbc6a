const BYTES_MAX = 8 * 1_024 * 1_024;
const WORKS_MAX = 64;

/** Work under way, within bounds: together it fills a store's commits, and memory does not grow with its number. */
export class InFlight {
  readonly #works = new Set<Promise<void>>();
  #bytes = 0;
  #failure: { readonly error: unknown } | undefined;

  /**
   * Begins the work once there is room for it. Whoever adds waits, so that there is one waiting at most.
   *
   * @param bytes What it keeps in memory.
   * @throws What earlier work threw; then this is not begun.
   */
  async add(bytes: number, work: () => Promise<void>): Promise<void> {
    while (this.#works.size >= WORKS_MAX || (this.#works.size > 0 && this.#bytes + bytes > BYTES_MAX)) {
      await Promise.race(this.#works);
    }
    this.#assertWell();
    this.#bytes += bytes;
    const done = work()
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => {
        this.#bytes -= bytes;
        this.#works.delete(done);
      });
    this.#works.add(done);
  }

  /** @throws What the first work that failed threw, once all have ended. */
  async end(): Promise<void> {
    await Promise.all(this.#works);
    this.#assertWell();
  }

  #assertWell(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
