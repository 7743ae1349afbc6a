import { readFileSync } from 'node:fs';

interface KeyVector {
  readonly kind: string;
  readonly sub: string;
  readonly input?: { readonly user_key_hex?: string; readonly conn_id?: string };
  readonly key_hex: string;
}

interface PayloadVector {
  readonly payload: string;
  readonly payloadVersion: number;
  readonly name: string;
  readonly valueHex: string;
  // biome-ignore lint/suspicious/noExplicitAny: JSON of the payload's own shape.
  readonly fields: any;
}

/** Keys of one kind that published packages wrote. */
export function keyVectors(sub: string): KeyVector[] {
  return readVectors<KeyVector>('rivetkit-keys').filter(({ kind, sub: of }) => kind === 'key' && of === sub);
}

/** Payloads that published packages wrote. */
export function payloadVectors(payload: string, payloadVersion: number): PayloadVector[] {
  return readVectors<PayloadVector>('payloads').filter(
    (vector) => vector.payload === payload && vector.payloadVersion === payloadVersion,
  );
}

function readVectors<Vector>(name: string): Vector[] {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8')).vectors;
}
