export { type ActorStateRecord, type ScheduledAction, StateStore } from './state.js';
