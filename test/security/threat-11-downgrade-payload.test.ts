import fc from 'fast-check';
import { expect, test } from 'vitest';
import { errorOf, SAMPLES } from '../values/support.js';

test.each(SAMPLES)(
  '$payload.name of the next version is refused, both versions named',
  ({ payload, records }) => {
    const newer = payload.payloadVersionMax + 1;
    fc.assert(
      fc.property(records, (record) => {
        const bytes = payload.encode(record);
        new DataView(bytes.buffer).setUint16(0, newer, true);
        const error = errorOf('value.version_unsupported', () => payload.decode(bytes));
        expect(error.details).toEqual({
          payload: payload.name,
          payloadVersion: newer,
          payloadVersionMax: payload.payloadVersionMax,
        });
        expect(error.message).toContain(`${newer}`);
        expect(error.message).toContain(`${payload.payloadVersionMax}`);
      }),
      { numRuns: 20 },
    );
  },
);
