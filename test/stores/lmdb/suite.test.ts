import { describe, test } from 'vitest';
import { storeSuite } from '../../../src/conformance/index.js';
import { LMDB } from './support.js';

storeSuite({ describe, test }, LMDB);
