import { isKeyspaceError, KeyspaceError } from '../../errors.js';
import type { Commit } from '../../store/index.js';
import type { Environment } from './environment.js';
import { commitError, commitFailure } from './failure.js';
import type { Claim } from './fence.js';
import { Lanes } from './lanes.js';
import type { Owners } from './owners.js';
import type { Space } from './space.js';
import { applyWrites, assertChecks, type Cleared, findCleared, NOTHING_CLEARED, setBytes } from './writes.js';

/** Writes to the environment: in order, within the space there is, and until the engine fails for good. */
export class Committer {
  readonly #environment: Environment;
  readonly #owners: Owners;
  readonly #space: Space;
  readonly #lanes = new Lanes();
  #underWay = 0;
  #idle: (() => void) | undefined;
  /** Why nothing is written any more. */
  #broken: KeyspaceError | undefined;

  constructor(environment: Environment, owners: Owners, space: Space) {
    this.#environment = environment;
    this.#owners = owners;
    this.#space = space;
  }

  /**
   * @param commit Asserted against the limits and the partitions of the claims.
   * @throws {KeyspaceError} Or rejects.
   */
  commit(commit: Commit, claims: readonly Claim[]): Promise<void> {
    const { checks = [], writes } = commit;
    if (this.#broken !== undefined) throw brokenError(this.#broken);
    if (claims.length === 0 && checks.length === 0 && writes.length === 0) return Promise.resolve();
    const names = laneNames(commit, claims);
    const alone = checks.length > 0 || writes.some(({ type }) => type === 'clearRange');
    const neededBytes = this.#space.admit(setBytes(writes));
    this.#underWay++;
    return this.#lanes.run(
      names,
      alone,
      () => this.#queue(commit, claims, alone),
      () => {
        this.#space.release(neededBytes);
        this.#settled();
      },
    );
  }

  /** Claims until it has not lost to another claim. */
  async claim(partition: Uint8Array, epochMin: number | undefined): Promise<number> {
    this.#underWay++;
    try {
      for (;;) {
        if (this.#broken !== undefined) throw brokenError(this.#broken);
        const { epoch, raised } = this.#owners.raise(partition, epochMin);
        if (await raised.catch(this.#fail)) return epoch;
      }
    } finally {
      this.#settled();
    }
  }

  /** Resolves when nothing is under way. After the engine has failed for good, something may be for ever. */
  idle(): Promise<void> {
    if (this.#underWay === 0 || this.#broken !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.#idle = resolve;
    });
  }

  /** Whether the engine may hold its lock for ever. */
  get stuck(): boolean {
    return this.#underWay > 0;
  }

  #queue(commit: Commit, claims: readonly Claim[], alone: boolean): Promise<void> {
    if (this.#broken !== undefined) return Promise.reject(brokenError(this.#broken));
    try {
      if (alone)
        return claims.length > 0 ? this.#commitEvaluated(commit, claims) : this.#commitInPlace(commit);
      if (claims.length > 0) return this.#commitFenced(commit, claims, NOTHING_CLEARED);
      const { data } = this.#environment;
      return data.batch(() => applyWrites(data, commit.writes, NOTHING_CLEARED)).then(ignore, this.#fail);
    } catch (error) {
      return this.#fail(error);
    }
  }

  #commitFenced({ writes }: Commit, claims: readonly Claim[], cleared: Cleared): Promise<void> {
    const [outer, inner] = claims as readonly [Claim, Claim?];
    const write = () => applyWrites(this.#environment.data, writes, cleared);
    if (inner === undefined) return this.#owners.ifHeld(outer, write).then(assertHeld, this.#fail);
    let innerHeld: Promise<boolean> | undefined;
    const outerHeld = this.#owners.ifHeld(outer, () => {
      innerHeld = this.#owners.ifHeld(inner, write);
    });
    return Promise.all([outerHeld, innerHeld]).then((held) => assertHeld(held.every(Boolean)), this.#fail);
  }

  /**
   * The engine compares the epochs where it writes. While they hold, nobody else has written these entries, so
   * what is read here, with no commit of the partitions under way, still holds there.
   */
  async #commitEvaluated(commit: Commit, claims: readonly Claim[]): Promise<void> {
    this.#environment.root.resetReadTxn();
    // What a later owner wrote must not be reported as a check that does not hold.
    assertHeld(claims.every((claim) => this.#owners.isHeld(claim)));
    await this.#commitFenced(commit, claims, this.#evaluate(commit));
  }

  /**
   * Reads and writes under the engine's write lock, in this thread. It overtakes what is queued; that is well
   * only because nothing of these partitions is.
   */
  async #commitInPlace(commit: Commit): Promise<void> {
    const { data } = this.#environment;
    try {
      data.transactionSync(() => {
        const cleared = this.#evaluate(commit);
        applyWrites(data, commit.writes, cleared);
      });
    } catch (error) {
      // Whoever reads again after a check that did not hold must see what it was compared with.
      this.#environment.root.resetReadTxn();
      await this.#fail(error);
    }
  }

  #evaluate({ checks = [], writes }: Commit): Cleared {
    const view = { data: this.#environment.data };
    assertChecks(view, checks);
    return findCleared(view, writes);
  }

  readonly #fail = async (rejection: unknown): Promise<never> => {
    const error = await commitError(rejection);
    const failure = commitFailure(error, () => this.#space.isDiskFull());
    if (isKeyspaceError(failure, 'commit.unknown')) {
      this.#broken ??= failure;
      this.#idle?.();
    }
    throw failure;
  };

  #settled(): void {
    this.#underWay--;
    if (this.#underWay === 0) this.#idle?.();
  }
}

/**
 * Fenced, a commit is ordered in its fenced partitions: in the shared one it touches what only its owner
 * writes, so actors need not wait for each other there.
 */
function laneNames({ checks = [], writes }: Commit, claims: readonly Claim[]): readonly string[] {
  if (claims.length === 1) return [claims[0]?.lane as string];
  if (claims.length > 0) return [...new Set(claims.map(({ lane }) => lane))];
  return [...new Set([...checks, ...writes].map(({ partition }) => laneName(partition)))];
}

/** One character per byte. */
export function laneName(partition: Uint8Array): string {
  return Buffer.from(partition.buffer, partition.byteOffset, partition.length).toString('latin1');
}

/** @throws {KeyspaceError} `commit.fenced`. */
function assertHeld(held: boolean): void {
  if (!held) throw new KeyspaceError('commit.fenced', 'another owner has claimed the partition', {});
}

function ignore(): void {}

function brokenError(cause: KeyspaceError): KeyspaceError<'store.failed'> {
  return new KeyspaceError(
    'store.failed',
    'the engine has failed: reopen the store',
    { operation: 'commit' },
    { cause },
  );
}
