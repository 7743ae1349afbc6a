import type { Operation, Workload } from '../simulation/workload.js';

/** The token, or `undefined` without one. */
export type InspectorTokenModel = string | undefined;

/** Uses and checks `actor.inspectorToken`. */
export const inspectorTokenWorkload: Workload<InspectorTokenModel> = {
  name: 'inspectorToken',
  initial: undefined,
  choose: (random, _model, context) => random.pick([set(context.unique()), remove, get]),
  read: ({ inspectorToken }) => inspectorToken.get(),
  keyCounts: (model) => ({ 3: model === undefined ? 0 : 1 }),
};

const set = (token: string): Operation<InspectorTokenModel> => ({
  text: `inspectorToken.set ${token}`,
  kind: 'write',
  run: ({ inspectorToken }, options) => inspectorToken.set(token, options),
  apply: () => ({ model: token }),
});

const remove: Operation<InspectorTokenModel> = {
  text: 'inspectorToken.delete',
  kind: 'write',
  neverGrows: true,
  run: ({ inspectorToken }, options) => inspectorToken.delete(options),
  apply: () => ({ model: undefined }),
};

const get: Operation<InspectorTokenModel> = {
  text: 'inspectorToken.get',
  kind: 'read',
  run: ({ inspectorToken }) => inspectorToken.get(),
  apply: (model) => ({ model, result: model }),
};
