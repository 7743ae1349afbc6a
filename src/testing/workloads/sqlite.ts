import type { Random } from '../random.js';
import type { Operation, Workload, WorkloadContext } from '../simulation/workload.js';

/** Texts by key, of one table; `undefined` while there is no table. */
export type SqliteModel = ReadonlyMap<number, string> | undefined;

type SqliteOperation = Operation<SqliteModel>;
type Chooser = (random: Random, model: SqliteModel, context: WorkloadContext) => SqliteOperation;

const KEYS = 12;
const PADDING_MAX = 3_000;
const CREATE =
  'CREATE TABLE IF NOT EXISTS t (k INTEGER PRIMARY KEY, v TEXT); CREATE INDEX IF NOT EXISTS i ON t (v)';

interface Row {
  readonly k: number;
  readonly v: string;
}

/**
 * Uses and checks `actor.sqlite`, on stores that read synchronously: statements, transactions and reads. Its entries are
 * pages, as many as SQLite needs.
 */
export const sqliteWorkload: Workload<SqliteModel> = {
  name: 'sqlite',
  initial: undefined,
  choose: (random, model, context) => random.weighted(CHOOSERS)(random, model, context),
  async read({ sqlite }) {
    const [table] = await sqlite.all("SELECT 1 FROM sqlite_schema WHERE name = 't'");
    if (table === undefined) return undefined;
    const check = await sqlite.get<{ integrity_check: string }>('PRAGMA integrity_check');
    if (check?.integrity_check !== 'ok') throw new Error(`integrity_check: ${check?.integrity_check}`);
    const rows = await sqlite.all<Row>('SELECT k, v FROM t ORDER BY k');
    return new Map(rows.map(({ k, v }) => [k, v]));
  },
  keyCounts: (model) => ({ 8: model === undefined ? 0 : 'any' }),
};

const put: Chooser = (random, _model, context) => {
  const key = random.integer(KEYS);
  const value = `${context.unique()}${'.'.repeat(random.integer(PADDING_MAX))}`;
  return {
    text: `sqlite.put ${key}=${value.length} characters`,
    kind: 'write',
    run: ({ sqlite }, options) =>
      sqlite
        .with(options)
        .exec(`BEGIN; ${CREATE}; INSERT OR REPLACE INTO t VALUES (${key}, '${value}'); COMMIT`),
    apply: (model = new Map()) => ({ model: sorted([...model, [key, value]]) }),
  };
};

const shift: Chooser = (_random, _model, context) => {
  const suffix = context.unique();
  return {
    text: `sqlite.shift ${suffix}`,
    kind: 'update',
    async run({ sqlite }, options) {
      await sqlite.with(options).transaction(async (tx) => {
        await tx.exec(CREATE);
        await tx.run('UPDATE t SET v = v || ? WHERE k % 2 = 0', suffix);
        await tx.run('DELETE FROM t WHERE k % 3 = 1');
      });
    },
    apply: (model = new Map()) => ({
      model: sorted(
        [...model]
          .map(([key, value]): [number, string] => [key, key % 2 === 0 ? value + suffix : value])
          .filter(([key]) => key % 3 !== 1),
      ),
    }),
  };
};

const count: Chooser = () => ({
  text: 'sqlite.count',
  kind: 'read',
  async run({ sqlite }) {
    const [table] = await sqlite.all("SELECT count(*) AS n FROM sqlite_schema WHERE name = 't'");
    return table;
  },
  apply: (model) => ({ model, result: { n: model === undefined ? 0 : 1 } }),
});

function sorted(entries: readonly (readonly [number, string])[]): ReadonlyMap<number, string> {
  return new Map([...new Map(entries)].sort(([a], [b]) => a - b));
}

const CHOOSERS: readonly (readonly [number, Chooser])[] = [
  [5, put],
  [2, shift],
  [2, count],
];
