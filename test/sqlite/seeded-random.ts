/** Whole numbers from `min` to `max`, the same ones for the same seed. */
export function seededRandom(seed: number): (min: number, max: number) => number {
  let state = seed >>> 0 || 1;
  return (min, max) => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return min + (state % (max - min + 1));
  };
}
