import { describe, test } from 'vitest';
import { storeSuite } from '../../src/conformance/index.js';
import { FaultStore } from '../../src/testing/index.js';
import { MEMORY } from '../stores/support.js';

for (const { name, open } of MEMORY) {
  storeSuite(
    { describe, test },
    {
      name: `${name}, behind no faults`,
      open: async () => ({ store: new FaultStore((await open()).store) }),
    },
  );
}
