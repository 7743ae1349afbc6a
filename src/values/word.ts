import { BareError } from './bare.js';

/** A word that is stored as its position in a list. */
export interface WordField<Word extends string> {
  /** @throws {RangeError} If it is none of the words. */
  toNumber(word: Word): number;
  /** @throws {BareError} If no word has this position. */
  toWord(position: number): Word;
}

export function wordField<Word extends string>(what: string, words: readonly Word[]): WordField<Word> {
  return {
    toNumber(word) {
      const position = words.indexOf(word);
      if (position === -1) throw new RangeError(`${what} must be one of ${words.join(', ')}`);
      return position;
    },
    toWord(position) {
      const word = words[position];
      if (word === undefined) throw new BareError(0, `${what} ${position} is not one of ${words.length}`);
      return word;
    },
  };
}
