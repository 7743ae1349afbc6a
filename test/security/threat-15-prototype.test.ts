import { deepStrictEqual } from 'node:assert';
import { expect, test } from 'vitest';
import { actorPayload, connectionPayload, decodeCbor, encodeCbor } from '../../src/values/index.js';

const HOSTILE = [
  '{"__proto__":{"polluted":1}}',
  '{"__proto__":null}',
  '{"__proto__":"text"}',
  '{"__proto__":[]}',
  '{"__proto__":{"__proto__":{"polluted":1}}}',
  '{"a":{"__proto__":{"polluted":1}}}',
  '[{"__proto__":{"polluted":1}}]',
  '{"constructor":{"prototype":{"polluted":1}}}',
  '{"constructor":"text"}',
  '{"constructor":null}',
  '{"prototype":{"polluted":1}}',
  '{"toJSON":"text"}',
  '{"toJSON":{"polluted":1}}',
  '{"toString":"text","valueOf":1}',
  '{"hasOwnProperty":1,"isPrototypeOf":2}',
  '{"__defineGetter__":1,"__defineSetter__":2,"__lookupGetter__":3}',
  '{"then":"text","catch":1}',
  '{"length":4294967295}',
  '{"0":"a","length":1}',
  '{"get":1,"set":2,"value":3,"writable":false}',
  '{"Symbol.iterator":1,"@@iterator":2}',
  '{"":{"":{"__proto__":1}}}',
  '{"__proto__":1,"constructor":2,"prototype":3}',
  '{"a":1,"__proto__":2,"b":3}',
  '{"\\u005f_proto__":{"polluted":1}}',
  '{"__PROTO__":{"polluted":1},"__proto":1,"proto__":2}',
  '[["__proto__",{"polluted":1}],["constructor",1]]',
  '{"tag":259,"value":[["__proto__",1]]}',
  '{"$blob":"sha256","__proto__":{"inline":true}}',
  '{"buffer":{"__proto__":[]},"byteLength":-1}',
];

function prototypes(): unknown {
  return [Object, Array, Map, Set, Function, String, Number, Uint8Array].map((type) =>
    Reflect.ownKeys(type.prototype).map((key) => [key, Object.getOwnPropertyDescriptor(type.prototype, key)]),
  );
}

test('30 hostile values come back equal, as data of their own, and change no prototype', () => {
  expect(new Set(HOSTILE).size).toBe(30);
  const before = prototypes();
  for (const json of HOSTILE) {
    const value = JSON.parse(json);
    const record = actorPayload.decode(
      actorPayload.encode({ initialized: true, state: encodeCbor(value), scheduledEvents: [] }),
    );
    const decoded = decodeCbor(record.state);
    deepStrictEqual(decoded, value);
    expect(JSON.stringify(decoded)).toBe(JSON.stringify(value));
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(([] as unknown as Record<string, unknown>).polluted).toBeUndefined();
  }
  deepStrictEqual(prototypes(), before);
});

test('a header named __proto__ is a header', () => {
  const requestHeaders = new Map([
    ['__proto__', 'polluted'],
    ['constructor', 'polluted'],
  ]);
  const bytes = connectionPayload.encode({
    ...{ id: '', parameters: new Uint8Array(), state: new Uint8Array(), subscriptions: [] },
    ...{ gatewayId: new Uint8Array(4), requestId: new Uint8Array(4), requestPath: '' },
    ...{ serverMessageIndex: 0, clientMessageIndex: 0, requestHeaders },
  });
  deepStrictEqual(connectionPayload.decode(bytes).requestHeaders, requestHeaders);
});
