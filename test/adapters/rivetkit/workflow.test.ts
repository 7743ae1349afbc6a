import {
  CriticalError,
  createStorage,
  Loop,
  loadStorage,
  runWorkflow,
  type WorkflowContextInterface,
  type WorkflowFunction,
  type WorkflowResult,
} from '@rivetkit/workflow-engine';
import { InMemoryDriver } from '@rivetkit/workflow-engine/testing';
import { describe, expect, test } from 'vitest';
import { createWorkflowDriver } from '../../../src/adapters/rivetkit/index.js';
import { type ActorKeyspace, openKeyspace } from '../../../src/keyspace/index.js';
import { MemoryStore } from '../../../src/stores/memory/index.js';
import { SimulatedClock } from '../../../src/testing/index.js';

async function openActor(store = new MemoryStore()) {
  const keyspace = await openKeyspace({ store });
  return { store, keyspace, actor: await keyspace.openActor('guest') };
}

/** One run, as a runtime does it: a driver for it, and what it came to settled. */
async function run<Output>(
  actor: ActorKeyspace,
  workflow: WorkflowFunction<unknown, Output>,
  { input, mode = 'yield' }: { input?: unknown; mode?: 'yield' | 'live' } = {},
): Promise<WorkflowResult<Output>> {
  const driver = createWorkflowDriver(actor, { pollMs: 1 });
  const result = await runWorkflow('guest', workflow, input, driver, { mode }).result;
  await driver.settle(result);
  return result;
}

const everything = (effects: string[]) => async (ctx: WorkflowContextInterface, input: unknown) => {
  const effect = async <T>(name: string, value: T): Promise<T> => {
    effects.push(name);
    return value;
  };
  const first = await ctx.step('first', () => effect('first', { input }));
  await ctx.step('void', async () => void effects.push('void'));
  const looped = await ctx.loop({
    name: 'loop',
    state: { turns: 0 },
    historyEvery: 2,
    historyKeep: 1,
    run: async (turn, { turns }) => {
      await turn.step('in', () => effect(`turn ${turns}`, turns));
      return turns === 5 ? Loop.break('done') : Loop.continue({ turns: turns + 1 });
    },
  });
  await ctx.sleep('a while', 5);
  const joined = await ctx.join('join', {
    left: { run: (branch) => branch.step('left', () => effect('left', 1)) },
    right: { run: async () => undefined },
  });
  const raced = await ctx.race('race', [
    { name: 'fast', run: async () => 'fast' },
    { name: 'slow', run: (branch) => branch.sleep('long', 60_000).then(() => 'slow') },
  ]);
  await ctx.removed('gone', 'step');
  const [message] = await ctx.queue.nextBatch('inbox', { names: ['hello'] });
  return { first, looped, joined, raced, message: message?.body };
};

describe('the published engine', () => {
  test('runs steps, loops, sleeps, joins, races and messages, and replays none of them', async () => {
    const { actor } = await openActor();
    const effects: string[] = [];
    await actor.workflow.send({ name: 'hello', data: { from: 'outside' } });
    const first = await run(actor, everything(effects), { input: 7, mode: 'live' });
    const output = {
      first: { input: 7 },
      looped: 'done',
      joined: { left: 1, right: undefined },
      raced: { winner: 'fast', value: 'fast' },
      message: { from: 'outside' },
    };
    expect(first).toMatchObject({ state: 'completed', output });
    const once = [...effects];
    // The engine itself runs a step that returned nothing again when it resumes live, on its own driver too.
    const turns = [0, 1, 2, 3, 4, 5].map((turn) => `turn ${turn}`);
    expect(once.filter((name) => name !== 'void')).toEqual(['first', ...turns, 'left']);

    expect(await actor.workflow.getState()).toBe('completed');
    expect((await actor.workflow.getOutput())?.value).toEqual(output);
    expect((await actor.workflow.getInput())?.value).toBe(7);
    const paths = [];
    for await (const { path } of actor.workflow.snapshot()) paths.push(path);
    expect(paths).toEqual(expect.arrayContaining(['first', 'void', 'loop', 'loop/~5/in', 'race', 'gone']));
    // Nothing of it happens again; of the race it forgets that the slow branch was cancelled, and sleeps.
    await run(actor, everything(effects), { input: 7 });
    expect(effects).toEqual(once);
    // The loop's earlier turns are gone together with their metadata.
    expect(paths.filter((path) => path.startsWith('loop/~')).length).toBeLessThanOrEqual(2);
  });

  test('finds what it left behind after a restart, void steps included', async () => {
    const { store, actor } = await openActor();
    const effects: string[] = [];
    const workflow = async (ctx: WorkflowContextInterface) => {
      await ctx.step('void', async () => void effects.push('void'));
      await ctx.sleep('long', 1_000_000);
      return 'end';
    };
    expect(await run(actor, workflow)).toMatchObject({ state: 'sleeping' });
    // Claims the actor from the one before, as a new process would.
    const again = await openActor(store);
    expect(await run(again.actor, workflow)).toMatchObject({ state: 'sleeping' });
    expect(effects).toEqual(['void']);
  });

  test('writes what it writes with its own driver, byte for byte but for ids and times', async () => {
    const { actor } = await openActor();
    const own = new InMemoryDriver();
    own.latency = 0;
    const workflow = async (ctx: WorkflowContextInterface) => {
      await ctx.step('a', async () => ({ x: 1 }));
      await ctx.join('j', { p: { run: async () => 1 } });
    };
    await runWorkflow('w', workflow, { in: 5 }, own, { mode: 'yield' }).result;
    await run(actor, workflow, { input: { in: 5 } });
    const shape = async (driver: Parameters<typeof loadStorage>[0]) => {
      const { nameRegistry, history, state, output } = await loadStorage(driver);
      return {
        nameRegistry,
        state,
        output,
        entries: [...history.entries].map(([path, { kind }]) => [path, kind]),
      };
    };
    expect(await shape(createWorkflowDriver(actor))).toEqual(await shape(own));
    expect(createStorage().nameRegistry).toEqual([]);
  });

  test('keeps the actor in the due index while it sleeps, and out of it when it has ended', async () => {
    const { keyspace, actor } = await openActor();
    const workflow = async (ctx: WorkflowContextInterface) => {
      await ctx.sleep('long', 1_000_000);
    };
    const { sleepUntil } = await run(actor, workflow);
    expect(await keyspace.nextDue()).toEqual({ actorId: 'guest', wakeAtMs: sleepUntil });
    await run(actor, async () => 'without sleeping').catch(() => undefined);
    await createWorkflowDriver(actor).clearAlarm('guest');
    expect(await keyspace.nextDue()).toBeUndefined();
  });

  test('rolls back, fails, and recovers as it does with its own driver', async () => {
    const { actor, keyspace } = await openActor();
    const undone: number[] = [];
    let isBroken = true;
    const workflow = async (ctx: WorkflowContextInterface) => {
      await ctx.rollbackCheckpoint('checkpoint');
      await ctx.step({
        name: 'pay',
        run: async () => 5,
        rollback: async (_, output) => void undone.push(output),
      });
      await ctx.step({
        name: 'ship',
        run: async () => {
          if (isBroken) throw new CriticalError('no ship');
          return 'shipped';
        },
      });
    };
    await expect(run(actor, workflow)).rejects.toThrow();
    expect(undone).toEqual([5]);
    expect(await actor.workflow.getState()).toBe('failed');
    expect((await actor.workflow.getError())?.value).toMatchObject({
      message: expect.stringContaining('ship'),
    });

    isBroken = false;
    expect(await actor.workflow.recover()).toBe(true);
    expect(await actor.workflow.getState()).toBe('sleeping');
    expect(await actor.workflow.getError()).toBeUndefined();
    expect(await keyspace.nextDue()).toMatchObject({ actorId: 'guest' });
    expect(await run(actor, workflow)).toMatchObject({ state: 'completed' });
    expect(await actor.workflow.recover()).toBe(false);
  });
});

describe('messages', () => {
  const inbox = async (ctx: WorkflowContextInterface) =>
    (await ctx.queue.next('inbox', { names: ['m'] })).body;

  test('wait in the keyspace, make the actor due, and leave with the history that holds them', async () => {
    const { keyspace, actor } = await openActor();
    expect(await run(actor, inbox)).toMatchObject({ state: 'sleeping', waitingForMessages: ['m'] });
    expect(await keyspace.nextDue()).toBeUndefined();
    await actor.workflow.send({ name: 'other', data: 0 });
    await actor.workflow.send({ name: 'm', data: 1 });
    await actor.workflow.send({ name: 'm', data: 2 });
    expect(await keyspace.nextDue()).toMatchObject({ actorId: 'guest' });
    expect(await run(actor, inbox)).toMatchObject({ state: 'completed', output: 1 });
    const left = [];
    for await (const { name, data } of actor.workflow.messages()) left.push([name, data]);
    expect(left).toEqual([
      ['other', 0],
      ['m', 2],
    ]);
  });

  test('received and not recorded are received again by the next run', async () => {
    const { actor } = await openActor();
    await actor.workflow.send({ name: 'm', data: 'once' });
    const driver = createWorkflowDriver(actor);
    const options = { names: ['m'], count: 1, completable: false };
    expect(await driver.messageDriver.receiveMessages(options)).toHaveLength(1);
    expect(await driver.messageDriver.receiveMessages(options)).toHaveLength(0);
    // The process dies here.
    expect(await run(actor, inbox)).toMatchObject({ state: 'completed', output: 'once' });
  });

  test('that come in while a run ends are not slept over', async () => {
    const { keyspace, actor } = await openActor();
    const driver = createWorkflowDriver(actor);
    await driver.list(Uint8Array.of(0x15, 0x01));
    await actor.workflow.send({ name: 'm', data: 1 });
    await driver.setAlarm('guest', Date.now() + 1_000_000);
    expect((await keyspace.nextDue())?.wakeAtMs).toBeLessThanOrEqual(Date.now());
    // A run that began after it may sleep, although it did not take it.
    const next = createWorkflowDriver(actor);
    await next.list(Uint8Array.of(0x15, 0x01));
    const wakeAtMs = Date.now() + 1_000_000;
    await next.setAlarm('guest', wakeAtMs);
    expect(await keyspace.nextDue()).toEqual({ actorId: 'guest', wakeAtMs });
  });

  test('wake a workflow that waits live', async () => {
    const { actor } = await openActor();
    const driver = createWorkflowDriver(actor, { pollMs: 1 });
    const handle = runWorkflow('guest', inbox, undefined, driver, { mode: 'live' });
    await handle.message('m', 'live');
    expect(await handle.result).toMatchObject({ state: 'completed', output: 'live' });
  });
});

describe('the driver', () => {
  test('refuses what is beyond the engine, and reads none of it', async () => {
    const { actor } = await openActor();
    const driver = createWorkflowDriver(actor);
    await actor.workflow.send({ name: 'm', data: 1 });
    await expect(driver.get(Uint8Array.of(0x15, 0x05, 0x14))).rejects.toThrow(RangeError);
    await expect(driver.set(Uint8Array.of(0x15, 0x06), new Uint8Array(1))).rejects.toThrow(RangeError);
    expect(await driver.list(new Uint8Array(0))).toEqual([]);
    await driver.deletePrefix(new Uint8Array(0));
    const left = [];
    for await (const message of actor.workflow.messages()) left.push(message.name);
    expect(left).toEqual(['m']);
  });

  test('refuses a value above the limit before anything of its batch is written', async () => {
    const { actor } = await openActor();
    const driver = createWorkflowDriver(actor);
    const key = (index: number) => Uint8Array.of(0x15, 0x03, 0x15, index);
    const batch = driver.batch([
      { key: key(1), value: Buffer.from('running') },
      { key: key(2), value: new Uint8Array(140_000) },
    ]);
    await expect(batch).rejects.toMatchObject({ code: 'value.too_large' });
    expect(await actor.workflow.getState()).toBeUndefined();
  });

  test('copies what it is given and hides the namespace', async () => {
    const { actor } = await openActor();
    const driver = createWorkflowDriver(actor);
    const key = Uint8Array.of(0x15, 0x03, 0x15, 0x01);
    const value = new Uint8Array(Buffer.from('running'));
    const done = driver.set(key, value);
    value.fill(0);
    await done;
    expect(await driver.list(Uint8Array.of(0x15, 0x03))).toEqual([
      { key, value: new Uint8Array(Buffer.from('running')) },
    ]);
    expect(await driver.get(key)).toEqual(new Uint8Array(Buffer.from('running')));
    await driver.delete(key);
    expect(await driver.get(key)).toBeNull();
  });

  test('takes the time from the keyspace', async () => {
    const clock = new SimulatedClock();
    const keyspace = await openKeyspace({ store: new MemoryStore(), clock });
    const actor = await keyspace.openActor('guest');
    await actor.workflow.send({ name: 'm', data: 1 });
    expect(await keyspace.nextDue()).toEqual({ actorId: 'guest', wakeAtMs: clock.nowMs() });
  });
});
