import { expect, test } from 'vitest';
import { onEveryStore, openActor } from '../keyspace/support.js';

onEveryStore((open) => {
  test('a row is there when the actor is opened again', async () => {
    const { actor, keyspace, store } = await openActor(open);
    if (!store.capabilities.synchronousReads) return;
    await actor.sqlite.exec('CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, data BLOB)');
    const insert = actor.sqlite.prepare('INSERT INTO people (name, data) VALUES (?, ?)');
    expect(await insert.run('Ada', Uint8Array.of(1, 2))).toEqual({ changes: 1, lastInsertRowid: 1 });
    expect(await insert.run('Zoë', null)).toEqual({ changes: 1, lastInsertRowid: 2 });
    const again = await keyspace.openActor('a');
    expect(await again.sqlite.all('SELECT * FROM people ORDER BY id')).toEqual([
      { id: 1, name: 'Ada', data: Uint8Array.of(1, 2) },
      { id: 2, name: 'Zoë', data: null },
    ]);
    expect(await again.sqlite.pragma('integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    expect(await again.sqlite.pragma('page_size')).toEqual([{ page_size: 4096 }]);
  });
});
