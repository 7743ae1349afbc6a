import type { Fence } from '../../store/index.js';

/** What a fence stands for: whoever holds the fence could write into its array. */
export interface Claim {
  readonly partition: Uint8Array;
  /** Name of the partition's lane. */
  readonly lane: string;
  readonly epoch: number;
  /** Of the record of the claim. */
  readonly checksum: number;
}

/** The fences a store has issued. */
export class Claims {
  readonly #claims = new WeakMap<Fence, Claim>();

  issue(claim: Claim): Fence {
    const fence: Fence = { partition: new Uint8Array(claim.partition), epoch: claim.epoch };
    this.#claims.set(fence, claim);
    return fence;
  }

  /** @throws {TypeError} If the fence is not of this store. */
  of(fence: Fence): Claim {
    const claim = this.#claims.get(fence);
    if (claim === undefined) throw new TypeError('the fence was not issued by this store');
    return claim;
  }
}
