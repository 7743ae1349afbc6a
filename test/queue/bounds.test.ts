import { expect, test } from 'vitest';
import { onEveryStore } from '../keyspace/support.js';
import { openQueue, partCounts } from './support.js';

onEveryStore((open) => {
  test('idempotency keys that expire in batches do not build up', async () => {
    const { queue, store, clock } = await openQueue(open, { queue: { idempotencyMs: 1_000 } });
    for (let batch = 0; batch < 6; batch++) {
      const keys = Array.from({ length: 50 }, (_, at) => `${batch} ${at}`);
      await queue.enqueueMany(keys.map((idempotencyKey) => ({ name: 'mail', body: 1, idempotencyKey })));
      clock.advance(2_000);
    }
    expect(await partCounts(store)).toMatchObject({ '07': 50, '0a': 50 });
  });
});
