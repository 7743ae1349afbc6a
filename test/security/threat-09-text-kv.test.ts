import { expect, test } from 'vitest';
import { hexPairs, onEveryStore, openActor } from '../keyspace/support.js';

/** Texts that look alike, or that careless code makes alike. */
const ALIKE = [
  ['\u00e9', 'e\u0301'],
  ['\u212b', '\u00c5', 'A\u030a'],
  ['\ufb01', 'fi'],
  ['a', 'A', '\uff41'],
  ['key', 'key ', ' key', 'key\u200b', '\ufeffkey', 'key\0'],
];

onEveryStore((open) => {
  test('text is never normalised: what looks alike is several keys and several values', async () => {
    const { actor } = await openActor(open);
    for (const texts of ALIKE) {
      for (const [i, text] of texts.entries()) await actor.kv.set(text, `${text}${i}`);
      for (const [i, text] of texts.entries()) expect(await actor.kv.getText(text)).toBe(`${text}${i}`);
      expect(await hexPairs(actor.kv.scan())).toHaveLength(texts.length);
      expect(await actor.kv.compareAndSet(texts[0] as string, `${texts[1]}0`, '')).toBe(false);
      await actor.kv.clear();
    }
  });

  test('a lone surrogate is refused everywhere and stands for nothing', async () => {
    const { actor } = await openActor(open);
    await actor.kv.set('\ufffd', 'kept');
    for (const text of ['\ud800', '\udfff', 'a\ud800b', '\udc00\ud800']) {
      await expect(actor.kv.get(text)).rejects.toThrow(RangeError);
      await expect(actor.kv.set(text, '')).rejects.toThrow(RangeError);
      await expect(actor.kv.set('k', text)).rejects.toThrow(RangeError);
      await expect(actor.kv.delete(text)).rejects.toThrow(RangeError);
      await expect(actor.kv.clear({ prefix: text })).rejects.toThrow(RangeError);
      await expect(actor.kv.page({ begin: text })).rejects.toThrow(RangeError);
      await expect(actor.kv.compareAndSet('\ufffd', text, '')).rejects.toThrow(RangeError);
    }
    expect(await hexPairs(actor.kv.scan())).toEqual([['efbfbd', '6b657074']]);
  });

  test('actor ids are never normalised', async () => {
    const { keyspace } = await openActor(open);
    const actors = await Promise.all(['\u00e9', 'e\u0301'].map((id) => keyspace.openActor(id)));
    await Promise.all(actors.map((actor) => actor.kv.set('k', actor.id)));
    for (const actor of actors) expect(await actor.kv.getText('k')).toBe(actor.id);
  });
});
