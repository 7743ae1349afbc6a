import { describe, test } from 'vitest';
import { storeSuite } from '../../src/conformance/index.js';
import { MEMORY } from './support.js';

for (const subject of MEMORY) storeSuite({ describe, test }, subject);
