export { ActorState, type ActorStateRecord, type ScheduledAction } from './state.js';
