import type { Invariant } from './options.js';

/** What is checked of every simulation unless others are given. */
export const defaultInvariants: readonly Invariant[] = [];
