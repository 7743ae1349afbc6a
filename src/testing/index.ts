export type { CallEvent, CallRecord } from './faults/calls.js';
export {
  type ClaimFault,
  type CommitFault,
  describeFault,
  type Fault,
  InjectedFault,
  injectedFault,
  type ReadFault,
  type ReadOperation,
  type StoreOperation,
} from './faults/fault.js';
export { FaultStore, type FaultStoreOptions } from './faults/fault-store.js';
export {
  type FaultPlan,
  type FaultRates,
  type ScriptedFault,
  type StoreCall,
  scriptedFaults,
  seededFaults,
} from './faults/plan.js';
export { Random } from './random.js';
export { SequentialIds } from './sequential-ids.js';
export { SimulatedClock, type SimulatedClockOptions } from './simulated-clock.js';
export { SimulationFailure } from './simulation/failure.js';
export type { SimulationCounts, SimulationEvent } from './simulation/history.js';
export { defaultInvariants, dueIndexIsExact, usageIsExact } from './simulation/invariants.js';
export type {
  Invariant,
  InvariantContext,
  SimulatedStore,
  SimulationOptions,
  SimulationReport,
} from './simulation/options.js';
export { defaultWorkloads, simulate } from './simulation/simulate.js';
export type { Operation, Workload, WorkloadContext } from './simulation/workload.js';
export {
  type ConnectionsModel,
  connectionsWorkload,
  type InspectorTokenModel,
  inspectorTokenWorkload,
  type KvModel,
  kvWorkload,
  type QueueModel,
  queueWorkload,
  type StateModel,
  stateWorkload,
} from './workloads/index.js';
