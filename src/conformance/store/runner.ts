import { rootedStore, type Store } from '../../index.js';

/** What the suite needs of a test runner: `vitest`, `node:test` and, with `it` as `test`, Mocha have it. */
export interface TestRunner {
  describe(name: string, body: () => void): void;
  test(name: string, body: () => Promise<void>): void;
}

export interface StoreFixture {
  /** Empty; the suite closes it. */
  readonly store: Store;
  /** The same store again, after it was closed. Needed where it is durable. */
  reopen?(): Promise<Store>;
  /** Removes what the fixture left behind; the store is closed. */
  dispose?(): Promise<void>;
}

export interface StoreSubject {
  readonly name: string;
  /** A store of its own for each case; several may be open at once. */
  open(): Promise<StoreFixture>;
}

export interface CaseContext {
  readonly store: Store;
  /** Closes the store if it is open, and opens it again. */
  reopen(): Promise<Store>;
  /** One more empty store, closed when the case ends. */
  another(): Promise<Store>;
}

/** Cases by the property they establish. */
export type Section = Readonly<Record<string, (context: CaseContext) => Promise<void>>>;

export function defineSection(
  { describe, test }: TestRunner,
  name: string,
  section: Section,
  open: StoreSubject['open'],
): void {
  describe(name, () => {
    for (const [property, run] of Object.entries(section)) {
      test(property, () => runCase(run, open));
    }
  });
}

async function runCase(run: Section[string], open: StoreSubject['open']): Promise<void> {
  const fixtures: StoreFixture[] = [];
  const stores: Store[] = [];
  const another = async (): Promise<Store> => {
    const fixture = await open();
    fixtures.push(fixture);
    stores.push(fixture.store);
    return fixture.store;
  };
  const store = await another();
  const reopen = async (): Promise<Store> => {
    await stores[0]?.close();
    const again = await fixtures[0]?.reopen?.();
    if (again === undefined) throw new TypeError('the fixture of a durable store needs reopen()');
    stores[0] = again;
    return again;
  };
  try {
    await run({ store, reopen, another });
  } finally {
    for (const opened of stores) await opened.close();
    for (const fixture of fixtures) await fixture.dispose?.();
  }
}

const ROOT = Uint8Array.of(0x01, 0x72, 0xff, 0x00);

/** Partitions that a view below {@link ROOT} must never show: of no root, and of roots around it. */
const FOREIGN = ['14', '026100', '01720014', '0172ff720014', '0172fe00026100', '01ff0014'];

/** The same stores through a view below a root, with other keyspaces beside it. */
export function rooted(open: StoreSubject['open']): StoreSubject['open'] {
  return async () => {
    const fixture = await open();
    const value = Uint8Array.of(0x66);
    await fixture.store.commit({
      writes: FOREIGN.flatMap((hex) =>
        ['00', '61', 'ff'].map((key) => ({
          type: 'set' as const,
          partition: new Uint8Array(Buffer.from(hex, 'hex')),
          key: new Uint8Array(Buffer.from(key, 'hex')),
          value,
        })),
      ),
    });
    const { reopen } = fixture;
    return {
      ...fixture,
      store: rootedStore(fixture.store, ROOT),
      ...(reopen && { reopen: async () => rootedStore(await reopen(), ROOT) }),
    };
  };
}
