import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { fromHex } from '../../src/bytes/index.js';
import { importKeyspace, openKeyspace } from '../../src/index.js';
import { actorField } from '../../src/layout/index.js';
import { MemoryStore } from '../../src/stores/memory/index.js';
import { exportKeyspace } from '../../src/transfer/index.js';
import { fieldPayload } from '../../src/values/index.js';
import { codeOf, damage, openWorld, sha256 } from '../blobs/support.js';

const SECRET = JSON.stringify('the secret of b '.repeat(10_000));

/** A field of actor a that names a blob which only actor b has. */
async function forged(store: MemoryStore): Promise<void> {
  const content = { kind: 'blob' as const, digest: fromHex(sha256(SECRET)), byteCount: SECRET.length };
  await damage(
    store,
    actorField.encode({ fieldName: 'f' }),
    fieldPayload.encode({ updatedAtMs: 0, content }),
  );
}

test('threat 17: a record that names the blob of another actor reads nothing of it', async () => {
  const store = new MemoryStore();
  const { actor, keyspace } = await openWorld({ store, sharedStore: true });
  await actor.kv.set('x', 'y');
  const owner = await keyspace.openActor('b');
  await owner.blobs.put(SECRET, { holder: 'h' });
  await forged(store);
  expect(await codeOf(actor.fields.get('f'))).toBe('blob.missing');
  expect(await codeOf(actor.fields.readBytes('f'))).toBe('blob.missing');
  const { value, issues } = await actor.fields.hydrate(await actor.fields.getAll());
  expect(JSON.stringify(value)).not.toContain('secret');
  expect(issues).toMatchObject([{ pointer: '/f', error: { code: 'blob.missing' } }]);
  expect((await actor.blobs.audit()).problems).toMatchObject([{ problem: 'value_without_reference' }]);
  await keyspace.close();
});

test('threat 17: nor does one that comes with an import', async () => {
  const store = new MemoryStore();
  const first = await openWorld({ store, sharedStore: true });
  await first.actor.kv.set('x', 'y');
  await first.keyspace.close();
  await forged(store);
  const lines: Uint8Array[] = [];
  for await (const line of exportKeyspace({ store })) lines.push(Buffer.from(line));
  const target = new MemoryStore();
  const keyspace = await openKeyspace({ store: target, sharedStore: true });
  await (await keyspace.openActor('b')).blobs.put(SECRET, { holder: 'h' });
  await importKeyspace({ store: target, open: () => Readable.from(lines) });
  const imported = await keyspace.openActor('a');
  expect(await codeOf(imported.fields.get('f'))).toBe('blob.missing');
  await keyspace.close();
});
