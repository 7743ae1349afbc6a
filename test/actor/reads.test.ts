import { expect, test } from 'vitest';
import { MemoryStore } from '../../src/stores/memory/index.js';
import { bytes, HeldStore, openScope, scanned, text } from './support.js';

/** A store whose reads the test lets happen and answers when it wants. */
class WaitingStore extends HeldStore {
  #step = Promise.resolve();
  #answer = Promise.resolve();
  readonly #reached: (() => void)[] = [];

  /** Returns how to let the next read go on: first to be made, then to be answered. */
  holdRead(): { made(): Promise<void>; answered(): void } {
    let make = () => {};
    let answer = () => {};
    const making = new Promise<void>((resolve) => {
      make = resolve;
    });
    const answering = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const isMade = new Promise<void>((resolve) => {
      this.#reached.push(resolve);
    });
    this.#step = making;
    this.#answer = answering;
    return {
      made: () => {
        make();
        return isMade;
      },
      answered: answer,
    };
  }

  override getMany(partition: Uint8Array, keys: readonly Uint8Array[]) {
    return this.#held(() => super.getMany(partition, keys));
  }

  override snapshot() {
    return this.#held(() => super.snapshot());
  }

  async #held<T>(read: () => Promise<T>): Promise<T> {
    const [step, answer] = [this.#step, this.#answer];
    await step;
    const result = await read();
    for (const reached of this.#reached.splice(0)) reached();
    await answer;
    return result;
  }
}

const KEYS = ['k', 'm', 'n'].map(bytes);
const everything = { begin: new Uint8Array() };

async function openWaiting() {
  const store = new WaitingStore(new MemoryStore({ synchronousReads: false }));
  const { scope } = await openScope(store);
  const write = (values: Record<string, string>) =>
    scope.write((writes) => {
      for (const [key, value] of Object.entries(values)) writes.set(bytes(key), bytes(value));
    });
  const reads = {
    scan: async () => Object.fromEntries(await scanned(scope.scan(everything))),
    getMany: async () => {
      const values = await scope.getMany(KEYS);
      const found = values.map((value, i) => [text(KEYS[i]), text(value)] as const);
      return Object.fromEntries(found.filter(([, value]) => value !== undefined));
    },
  };
  return { store, scope, write, reads };
}

for (const how of ['scan', 'getMany'] as const) {
  test(`${how} sees a write that becomes durable between the read and its answer`, async () => {
    const { store, write, reads } = await openWaiting();
    store.hold();
    const writing = write({ k: '1', m: '1' });
    const { decide } = await store.arrived();
    const read = store.holdRead();
    const reading = reads[how]();
    await read.made();
    decide('apply');
    await writing;
    read.answered();
    expect(await reading).toEqual({ k: '1', m: '1' });
  });

  test(`${how} sees whole writes only, if the store reads after later ones`, async () => {
    const { store, write, reads } = await openWaiting();
    store.hold();
    const first = write({ k: '1', m: '1' });
    const { decide } = await store.arrived();
    const read = store.holdRead();
    const reading = reads[how]();
    decide('apply');
    await first;
    const second = write({ m: '2', n: '2' });
    (await store.arrived()).decide('apply');
    await second;
    await read.made();
    read.answered();
    expect(await reading).toEqual({ k: '1', m: '2', n: '2' });
  });

  test(`${how} sees a deletion that becomes durable between the read and its answer`, async () => {
    const { store, scope, write, reads } = await openWaiting();
    await write({ k: '1', m: '1', n: '1' });
    store.hold();
    const clearing = scope.write((writes) => {
      writes.clearRange({ begin: bytes('m') });
      writes.set(bytes('n'), bytes('2'));
    });
    const { decide } = await store.arrived();
    const read = store.holdRead();
    const reading = reads[how]();
    await read.made();
    decide('apply');
    await clearing;
    read.answered();
    expect(await reading).toEqual({ k: '1', n: '2' });
  });

  test(`${how} is refused if the actor fails meanwhile, since what it lies on is gone`, async () => {
    const { store, write, reads } = await openWaiting();
    store.hold();
    const writing = write({ k: '1' });
    const { decide } = await store.arrived();
    const read = store.holdRead();
    const outcomes = Promise.allSettled([reads[how](), writing]);
    await read.made();
    decide({ fail: new Error('disk gone') });
    await writing.catch(() => {});
    read.answered();
    expect((await outcomes)[0]).toMatchObject({ reason: { code: 'actor.poisoned' } });
  });
}
