export { ActorState, type ActorStateRecord, type NewScheduledAction, type ScheduledAction } from './state.js';
