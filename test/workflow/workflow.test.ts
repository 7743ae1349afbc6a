import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ActorKeyspace, accessOf, openKeyspace } from '../../src/keyspace/index.js';
import type { Location } from '../../src/layout/index.js';
import { workflowEntryMetadata, workflowHistory } from '../../src/layout/index.js';
import { MemoryStore } from '../../src/stores/memory/index.js';
import { FaultStore, type FaultStoreOptions } from '../../src/testing/index.js';
import {
  type WorkflowEntry,
  type WorkflowMetadataRecord,
  workflowEntryPayload,
} from '../../src/values/index.js';
import { collect } from '../keyspace/support.js';

async function openActor(plan: FaultStoreOptions['plan'] = [], memory = new MemoryStore()) {
  const keyspace = await openKeyspace({ store: new FaultStore(memory, { plan }) });
  return keyspace.openActor('guest');
}

const step = (
  location: Location,
  id = JSON.stringify(location),
  event: object = { output: 1 },
): WorkflowEntry => ({
  ...{ id, location },
  event: { type: 'step', ...event },
});
const METADATA: WorkflowMetadataRecord = {
  status: 'completed',
  attempts: 1,
  lastAttemptAtMs: 1,
  createdAtMs: 1,
};
const ids = async (actor: ActorKeyspace, under?: Location) =>
  (await collect(actor.workflow.entries(under))).map(({ id }) => id);

describe('a draft', () => {
  test('reads what it has changed, and writes all of it in one commit', async () => {
    const actor = await openActor();
    const draft = await actor.workflow.load();
    const a = draft.intern('a');
    expect([draft.intern('b'), draft.intern('a')]).toEqual([1, a]);
    draft.setEntry(step([0]));
    draft.setMetadata('[0]', METADATA);
    draft.setState('running');
    draft.setOutput(undefined);
    expect(await draft.getEntry([0])).toEqual(step([0]));
    expect(await draft.getMetadata('[0]')).toEqual(METADATA);
    expect(await draft.getOutput()).toEqual({ value: undefined });
    expect(await actor.workflow.names()).toEqual([]);
    expect(draft.isDirty).toBe(true);
    await draft.flush();
    expect(draft.isDirty).toBe(false);
    expect(await actor.workflow.names()).toEqual(['a', 'b']);
    expect(await ids(actor)).toEqual(['[0]']);
    expect(await actor.workflow.getOutput()).toEqual({ value: undefined });
    expect(await actor.workflow.getError()).toBeUndefined();
  });

  test('keeps what changes while it flushes for the next flush', async () => {
    const actor = await openActor();
    const draft = await actor.workflow.load();
    draft.intern('a');
    draft.setEntry(step([0], 'one'));
    const flushing = draft.flush();
    draft.setEntry(step([0], 'two'));
    draft.intern('b');
    await flushing;
    expect(await ids(actor)).toEqual(['one']);
    expect(draft.isDirty).toBe(true);
    await draft.flush();
    expect(await ids(actor)).toEqual(['two']);
    expect(await actor.workflow.names()).toEqual(['a', 'b']);
    expect(draft.isDirty).toBe(false);
  });

  test('keeps everything when a flush fails, and flushes it to whoever has the actor then', async () => {
    const memory = new MemoryStore();
    const actor = await openActor([{ operation: 'commit', nth: 1, fault: 'fail' }], memory);
    const draft = await actor.workflow.load();
    draft.intern('a');
    draft.setEntry(step([0]));
    await expect(draft.flush()).rejects.toThrow();
    expect(draft.isDirty).toBe(true);
    const again = await openActor([], memory);
    (await again.workflow.stage(draft)).confirm();
    expect(await ids(again)).toEqual(['[0]']);
    expect(await again.workflow.names()).toEqual(['a']);
    expect(draft.isDirty).toBe(false);
  });

  test('is part of a transaction, and marks stay until that is durable', async () => {
    const actor = await openActor();
    const draft = await actor.workflow.load();
    draft.intern('a');
    draft.setEntry(step([0]));
    const boom = actor.transaction(async ({ workflow, kv }) => {
      await kv.set('k', 'v');
      await workflow.stage(draft);
      throw new Error('boom');
    });
    await expect(boom).rejects.toThrow('boom');
    expect(draft.isDirty).toBe(true);
    expect(await ids(actor)).toEqual([]);
    const staged = await actor.transaction(({ workflow }) => workflow.stage(draft));
    expect(draft.isDirty).toBe(true);
    expect(staged.writeCount).toBe(2);
    staged.confirm();
    expect(draft.isDirty).toBe(false);
  });

  test('does not overwrite names that somebody else has interned', async () => {
    const actor = await openActor();
    const [one, two] = [await actor.workflow.load(), await actor.workflow.load()];
    one.intern('one');
    two.intern('two');
    await one.flush();
    await expect(two.flush()).rejects.toMatchObject({ code: 'commit.check_failed' });
    expect(await actor.workflow.names()).toEqual(['one']);
  });

  test('refuses what is too large, has no stored form or no name before anything is kept', async () => {
    const actor = await openActor();
    const draft = await actor.workflow.load();
    const large = 'x'.repeat(140_000);
    expect(() => draft.setEntry(step([0]))).toThrow(RangeError);
    draft.intern('a');
    await draft.flush();
    const tooLarge = expect.objectContaining({ code: 'value.too_large' });
    expect(() => draft.setEntry(step([0], 'id', { output: large }))).toThrow(tooLarge);
    expect(() => draft.setOutput(large)).toThrow(tooLarge);
    expect(() => draft.setEntry(step(new Array(2_000).fill(0)))).toThrow(
      expect.objectContaining({ code: 'key.too_large' }),
    );
    expect(() => draft.setOutput(() => 1)).toThrow(expect.objectContaining({ code: 'value.unserialisable' }));
    expect(draft.isDirty).toBe(false);
  });

  test('lists and prunes like a map of locations, before and after a flush', async () => {
    const segment = fc.oneof(fc.nat(2), fc.record({ loop: fc.nat(1), iteration: fc.nat(3) }));
    const location = fc.array(segment, { minLength: 1, maxLength: 3 });
    const action = fc.oneof(
      fc.record({ kind: fc.constant('set' as const), location }),
      fc.record({ kind: fc.constant('prune' as const), location }),
      fc.record({ kind: fc.constant('turns' as const), before: fc.nat(4) }),
      fc.record({ kind: fc.constant('flush' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 15 }), async (actions) => {
        const actor = await openActor();
        const draft = await actor.workflow.load();
        for (const name of ['a', 'b', 'c']) draft.intern(name);
        const model = new Map<string, Location>();
        const drop = (isGone: (at: Location) => boolean) => {
          for (const [key, at] of model) if (isGone(at)) model.delete(key);
        };
        for (const each of actions) {
          if (each.kind === 'set') {
            draft.setEntry(step(each.location));
            draft.setMetadata(JSON.stringify(each.location), METADATA);
            model.set(JSON.stringify(each.location), each.location);
          } else if (each.kind === 'prune') {
            draft.prune(each.location);
            drop((at) => JSON.stringify(at.slice(0, each.location.length)) === JSON.stringify(each.location));
          } else if (each.kind === 'turns') {
            draft.pruneIterations([0], each.before);
            drop(
              ([loop, at]) =>
                loop === 0 && typeof at === 'object' && at.loop === 0 && at.iteration < each.before,
            );
          } else {
            await draft.flush();
          }
          expect(new Set((await collect(draft.entries())).map(({ id }) => id))).toEqual(
            new Set(model.keys()),
          );
        }
        await draft.flush();
        const stored = await collect(actor.workflow.snapshot());
        expect(new Set(stored.map(({ id }) => id))).toEqual(new Set(model.keys()));
        expect(stored.every(({ metadata }) => metadata !== undefined)).toBe(true);
        const metadata = await collect(accessOf(actor).scan(workflowEntryMetadata.range()));
        expect(metadata).toHaveLength(model.size);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the history', () => {
  test('is refused where an entry has another location than its key', async () => {
    const actor = await openActor();
    const value = workflowEntryPayload.encode({ id: 'x', location: [1], event: { type: 'step' } });
    await accessOf(actor).write((writes) => writes.set(workflowHistory.encode({ location: [0] }), value));
    await expect(actor.workflow.getEntry([0])).rejects.toMatchObject({ code: 'value.malformed' });
    await expect(collect(actor.workflow.entries())).rejects.toMatchObject({ code: 'value.malformed' });
    await expect(actor.workflow.prune([0])).rejects.toMatchObject({ code: 'value.malformed' });
  });

  test('tells "a/b" from a and b, and nothing from undefined', async () => {
    const actor = await openActor();
    const draft = await actor.workflow.load();
    for (const name of ['a', 'b', 'a/b']) draft.intern(name);
    draft.setEntry(step([2], 'slash'));
    draft.setEntry(step([0, 1], 'nested', {}));
    draft.setEntry(step([0], 'void', { output: undefined }));
    await draft.flush();
    expect(await ids(actor)).toEqual(['void', 'nested', 'slash']);
    expect('output' in (await actor.workflow.getEntry([0]))!.event).toBe(true);
    expect('output' in (await actor.workflow.getEntry([0, 1]))!.event).toBe(false);
    expect((await collect(actor.workflow.snapshot([0]))).map(({ path }) => path)).toEqual(['a', 'a/b']);
  });

  test('is pruned by subtree and by turns of a loop, and reset', async () => {
    const actor = await openActor();
    const draft = await actor.workflow.load();
    draft.intern('loop');
    draft.intern('in');
    for (let iteration = 0; iteration < 300; iteration++) {
      draft.setEntry(step([0, { loop: 0, iteration }, 1]));
      draft.setMetadata(JSON.stringify([0, { loop: 0, iteration }, 1]), METADATA);
    }
    draft.setEntry(step([0], 'loop'));
    draft.setState('sleeping');
    await draft.flush();
    await actor.workflow.setInput({ a: 1 });
    await actor.workflow.wakeAt(5);
    await expect(actor.workflow.pruneIterations([0, { loop: 0, iteration: 1 }], 3)).rejects.toThrow(
      RangeError,
    );
    const keys = async () => (await actor.usage()).namespaces.workflow?.keyCount;
    const before = (await keys()) as number;
    expect(await actor.workflow.pruneIterations([0], 256)).toBe(256);
    expect(await actor.workflow.prune([0, { loop: 0, iteration: 256 }])).toBe(1);
    expect(await keys()).toBe(before - 2 * 257);
    expect((await ids(actor))[1]).toBe('[0,{"loop":0,"iteration":257},1]');
    await actor.workflow.send({ name: 'm', data: 1 });
    await actor.workflow.reset({ keepInput: true, keepMessages: true });
    expect(await keys()).toBe(2);
    await actor.workflow.reset();
    expect(await keys()).toBe(0);
  });
});

test('recover does what the published engine does, and only to a workflow that failed', async () => {
  const actor = await openActor();
  await actor.workflow.setState('failed');
  await actor.workflow.setError({ message: 'no' });
  await actor.workflow.setMetadata('done', METADATA);
  const spent = { ...METADATA, status: 'exhausted', attempts: 4, error: 'no' } as const;
  await actor.workflow.setMetadata('spent', spent);
  expect(await actor.workflow.recover()).toBe(true);
  expect(await actor.workflow.getMetadata('done')).toEqual(METADATA);
  const fresh = { status: 'pending', attempts: 0, lastAttemptAtMs: 0, createdAtMs: 1 };
  expect(await actor.workflow.getMetadata('spent')).toEqual(fresh);
  expect(await actor.workflow.recover()).toBe(false);
});
