import type { ActorSqlite } from '../../index.js';

/**
 * What `drizzle` of `drizzle-orm/sqlite-proxy` is given to work on an actor's database.
 *
 * Transactions are the actor's: inside `actor.sqlite.transaction` or `actor.transaction` give Drizzle the callback for the
 * database there. Drizzle's own begin and commit in calls apart, which is `sqlite.transaction_open`.
 */
export function drizzleCallback(
  sqlite: ActorSqlite,
): (
  sql: string,
  parameters: unknown[],
  method: 'run' | 'all' | 'values' | 'get',
) => Promise<{ rows: unknown[] }> {
  const database = sqlite.with({ rows: 'arrays' });
  return async (sql, parameters, method) => {
    const { rows } = await database.execute<unknown[]>(sql, ...parameters);
    // Of one row it wants the values themselves, and nothing if there is none.
    return { rows: method === 'get' ? (rows[0] as unknown[]) : rows };
  };
}
