import { isKeyspaceError, KeyspaceError } from '../../errors.js';
import { assertChecks, type Commit, keyId, type Write } from '../../store/index.js';
import { EngineCalls } from './engine-calls.js';
import { type Environment, exitWithoutClosing } from './environment.js';
import { commitError, commitFailure } from './failure.js';
import type { Claim } from './fence.js';
import { entryFootprint, writesFootprint } from './footprint.js';
import { Lanes, type Place } from './lanes.js';
import { OWNER_BYTES, type Owners } from './owners.js';
import type { Space } from './space.js';
import { readValue } from './view.js';
import { applyEffects, type Effects, findEffects } from './writes.js';

/** Every job is in this lane, so that one can have the engine to itself. No partition is named so. */
const ENGINE = '';

/** Writes to the environment: in order, within the space there is, and until the engine fails for good. */
export class Committer {
  readonly #environment: Environment;
  readonly #owners: Owners;
  readonly #space: Space;
  readonly #lanes = new Lanes();
  readonly #calls = new EngineCalls();
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
    if (this.#broken !== undefined) throw brokenError('commit', this.#broken);
    if (claims.length === 0 && checks.length === 0 && writes.length === 0) return Promise.resolve();
    const evaluated = checks.length > 0 || writes.some(({ type }) => type === 'clearRange');
    return this.#run(commitPlace(writes, claims, evaluated), writesFootprint(writes), () =>
      this.#commit(commit, claims, evaluated),
    );
  }

  /**
   * Claims until it has not lost to another claim. The first claim of a partition needs room, since its record
   * stays; later ones need none, so that what is there can be deleted from a full store.
   */
  async claim(partition: Uint8Array, epochMin: number | undefined): Promise<Claim> {
    this.#underWay++;
    try {
      let claim: Claim | undefined;
      while (claim === undefined) claim = await this.#tryClaim(partition, epochMin);
      return claim;
    } finally {
      this.#settled();
    }
  }

  /** Resolves when nothing is under way. */
  idle(): Promise<void> {
    if (this.#underWay === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#idle = resolve;
    });
  }

  /** Whether the engine has failed and will not answer all that it was asked. */
  get isStuck(): boolean {
    return this.#calls.unanswered > 0 && !this.#environment.isUsable();
  }

  /** @returns `undefined` if another claim came first. */
  async #tryClaim(partition: Uint8Array, epochMin: number | undefined): Promise<Claim | undefined> {
    if (this.#broken !== undefined) throw brokenError('claim', this.#broken);
    const neededBytes = this.#owners.has(partition) ? 0 : entryFootprint(partition.length, OWNER_BYTES);
    const claimed = this.#run(CLAIM_PLACE, neededBytes, async () => {
      const { epoch, checksum, raise } = this.#owners.next(partition, epochMin);
      const isRaised = await this.#call(raise);
      return isRaised ? { partition, lane: keyId(partition), epoch, checksum } : undefined;
    });
    return claimed.catch(claimFailed);
  }

  #run<T>(place: Place, neededBytes: number, work: () => Promise<T>): Promise<T> {
    this.#space.admit(neededBytes);
    this.#underWay++;
    const settled = () => {
      this.#space.release(neededBytes);
      this.#settled();
    };
    const done = this.#lanes.run(place, work);
    done.then(settled, settled);
    return done;
  }

  #settled(): void {
    if (--this.#underWay === 0) this.#idle?.();
  }

  async #commit(commit: Commit, claims: readonly Claim[], evaluated: boolean): Promise<void> {
    if (evaluated && claims.length === 0) {
      await this.#call(() => this.#writeInPlace(commit));
      return;
    }
    // What a later owner wrote must not be reported as a check that does not hold.
    if (evaluated) this.#environment.root.resetReadTxn();
    // The engine compares epochs alone, and a damaged record may have any.
    for (const claim of claims) assertHeld(this.#owners.isHeld(claim));
    const effects = evaluated ? this.#evaluate(commit) : { cleared: [], writes: commit.writes };
    assertHeld(await this.#call(() => this.#queue(effects, claims)));
  }

  /**
   * The engine compares the epochs where it writes. While they hold, nobody else has written the entries, so
   * what was read of them with no commit of the partitions under way still holds there.
   *
   * @returns Whether the claims were held.
   */
  #queue(effects: Effects, claims: readonly Claim[]): Promise<boolean> {
    const { data } = this.#environment;
    const [outer, inner] = claims;
    const write = () => applyEffects(data, effects);
    if (outer === undefined) return data.batch(write);
    if (inner === undefined) return this.#owners.ifHeld(outer, write);
    let innerHeld: Promise<boolean> | undefined;
    const outerHeld = this.#owners.ifHeld(outer, () => {
      innerHeld = this.#owners.ifHeld(inner, write);
    });
    return Promise.all([outerHeld, innerHeld]).then((held) => held.every(Boolean));
  }

  /** Reads and writes under the engine's write lock, in this thread: with nothing queued. */
  async #writeInPlace(commit: Commit): Promise<void> {
    const { data } = this.#environment;
    // The engine goes on without a transaction if it cannot begin one.
    this.#environment.beginRead().done();
    try {
      data.transactionSync(() => applyEffects(data, this.#evaluate(commit)));
    } finally {
      // Whoever reads again after a check that did not hold must see what it was compared with.
      this.#environment.root.resetReadTxn();
    }
  }

  #evaluate({ checks = [], writes }: Commit): Effects {
    const { data, readFailure } = this.#environment;
    const view = { data, readFailure };
    assertChecks(checks, (partition, key) => readValue(view, partition, key));
    return findEffects(view, writes);
  }

  /** Asks the engine, unless it has failed for good. */
  async #call<T>(ask: () => Promise<T>): Promise<T> {
    if (this.#broken !== undefined) throw brokenError('commit', this.#broken);
    try {
      return await this.#calls.answerOf(ask());
    } catch (rejection) {
      const error = await commitError(rejection);
      if (error instanceof KeyspaceError) throw error;
      const failure = commitFailure(error, this.#environment.isUsable(), () => this.#space.isDiskFull());
      if (isKeyspaceError(failure, 'commit.unknown')) this.#break(failure);
      throw failure;
    }
  }

  #break(failure: KeyspaceError): void {
    if (this.#broken === undefined && !this.#environment.isUsable()) exitWithoutClosing();
    this.#broken ??= failure;
    this.#calls.abandon(failure);
  }
}

const CLAIM_PLACE: Place = { shared: [ENGINE], alone: [] };

/**
 * Fenced, a commit is ordered in its fenced partitions: in the shared one it touches what only its owner
 * writes, so actors need not wait for each other there.
 */
function commitPlace(writes: readonly Write[], claims: readonly Claim[], evaluated: boolean): Place {
  if (claims.length === 0) {
    if (evaluated) return { shared: [], alone: [ENGINE] };
    return { shared: [ENGINE, ...new Set(writes.map(({ partition }) => keyId(partition)))], alone: [] };
  }
  const names =
    claims.length === 1 ? [(claims[0] as Claim).lane] : [...new Set(claims.map(({ lane }) => lane))];
  return evaluated ? { shared: [ENGINE], alone: names } : { shared: [ENGINE, ...names], alone: [] };
}

/** @throws {KeyspaceError} `commit.fenced`. */
function assertHeld(held: boolean): void {
  if (!held) throw new KeyspaceError('commit.fenced', 'another owner has claimed the partition', {});
}

/** Whoever claims again gets another epoch, whatever became of this one. */
function claimFailed(error: unknown): never {
  throw isKeyspaceError(error, 'commit.unknown') ? brokenError('claim', error) : error;
}

function brokenError(operation: string, cause: KeyspaceError): KeyspaceError<'store.failed'> {
  const message = 'the engine has failed: open the store anew';
  return new KeyspaceError('store.failed', message, { operation }, { cause });
}
