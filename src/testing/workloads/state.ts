import type { ActorStateRecord, ScheduledAction } from '../../state/index.js';
import type { Random } from '../random.js';
import type { Operation, Workload, WorkloadContext } from '../simulation/workload.js';

/** The record, or `undefined` without one. */
export type StateModel = ActorStateRecord | undefined;

type StateOperation = Operation<StateModel>;
type Chooser = (random: Random, model: StateModel, context: WorkloadContext) => StateOperation;

const EVENT_IDS = ['e1', 'e2', 'e3'];
const DAY_MS = 86_400_000;
const NEW: ActorStateRecord = { initialized: false, state: undefined, scheduledEvents: [] };

/** Uses and checks `actor.state`: the record, and the events it schedules and cancels. */
export const stateWorkload: Workload<StateModel> = {
  name: 'state',
  initial: undefined,
  choose: (random, model, context) => random.weighted(CHOOSERS)(random, model, context),
  read: ({ state }) => state.get(),
  keyCounts: (model) => ({ 1: model === undefined ? 0 : 1 }),
};

function newEvent(random: Random, context: WorkloadContext): ScheduledAction {
  const dueAtMs = random.chance(0.1) ? -1 - random.integer(DAY_MS) : context.nowMs() + random.integer(DAY_MS);
  const args = random.chance(0.5) && { args: [context.unique()] };
  return { eventId: random.pick(EVENT_IDS), dueAtMs, action: 'ring', ...args };
}

const set: Chooser = (random, _model, context) => {
  const scheduledEvents = random.chance(0.3) ? [newEvent(random, context)] : [];
  const record = { initialized: random.chance(0.5), state: { at: context.unique() }, scheduledEvents };
  return {
    text: `state.set ${record.state.at} with ${scheduledEvents.length} events`,
    kind: 'write',
    run: ({ state }, options) => state.set(record, options),
    apply: () => ({ model: record }),
  };
};

const update: Chooser = (_random, _model, context) => {
  const at = context.unique();
  const change = (record: StateModel = NEW): ActorStateRecord => ({ ...record, state: { at } });
  return {
    text: `state.update ${at}`,
    kind: 'update',
    run: ({ state }, options) => state.update(change, options),
    apply: (model) => ({ model: change(model) }),
  };
};

const schedule: Chooser = (random, _model, context) => {
  const event = newEvent(random, context);
  return {
    text: `state.schedule ${event.eventId} at ${event.dueAtMs}`,
    kind: 'update',
    run: ({ state }, options) => state.schedule(event, options),
    apply(model = NEW) {
      const others = model.scheduledEvents.filter(({ eventId }) => eventId !== event.eventId);
      const scheduledEvents = [...others, event].sort((a, b) => a.dueAtMs - b.dueAtMs);
      return { model: { ...model, scheduledEvents }, result: event.eventId };
    },
  };
};

const cancel: Chooser = (random) => {
  const eventId = random.pick(EVENT_IDS);
  return {
    text: `state.cancel ${eventId}`,
    kind: 'update',
    neverGrows: true,
    run: ({ state }, options) => state.cancel(eventId, options),
    apply(model) {
      const scheduledEvents = model?.scheduledEvents.filter((event) => event.eventId !== eventId) ?? [];
      if (model === undefined || scheduledEvents.length === model.scheduledEvents.length) {
        return { model, result: false };
      }
      return { model: { ...model, scheduledEvents }, result: true };
    },
  };
};

const remove: Chooser = () => ({
  text: 'state.delete',
  kind: 'write',
  neverGrows: true,
  run: ({ state }, options) => state.delete(options),
  apply: () => ({ model: undefined }),
});

const get: Chooser = () => ({
  text: 'state.get',
  kind: 'read',
  run: ({ state }) => state.get(),
  apply: (model) => ({ model, result: model }),
});

const CHOOSERS: readonly (readonly [number, Chooser])[] = [
  [3, set],
  [2, update],
  [4, schedule],
  [2, cancel],
  [1, remove],
  [1, get],
];
