export { type StoreFixture, type StoreSubject, storeSuite, type TestRunner } from './store/index.js';
