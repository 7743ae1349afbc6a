import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DELAY_MS_MAX } from '../../src/clock.js';
import { SequentialIds, SimulatedClock } from '../../src/testing/index.js';

describe('the simulated clock', () => {
  test('stands still until it is told to go on', () => {
    const clock = new SimulatedClock({ nowMs: 1_000 });
    expect([clock.nowMs(), clock.monotonicMs()]).toEqual([1_000, 0]);
    clock.advance(5);
    expect([clock.nowMs(), clock.monotonicMs()]).toEqual([1_005, 5]);
  });

  test('jumps back and ahead without time passing', () => {
    const clock = new SimulatedClock();
    let called = false;
    clock.after(10, () => {
      called = true;
    });
    clock.setNowMs(-5);
    clock.setNowMs(9e15);
    expect([clock.nowMs(), clock.monotonicMs(), called]).toEqual([9e15, 0, false]);
    clock.setNowMs(3);
    clock.advance(10);
    expect([clock.nowMs(), clock.monotonicMs(), called]).toEqual([13, 10, true]);
  });

  test('calls timers by their time, equal ones in the order they were set, each at its time', () => {
    const timers = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 30 });
    const steps = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(timers, steps, (delays, advances) => {
        const clock = new SimulatedClock();
        const called: [number, number][] = [];
        for (const [at, delayMs] of delays.entries()) {
          clock.after(delayMs, () => called.push([clock.monotonicMs(), at]));
        }
        for (const ms of advances) clock.advance(ms);
        const due = delays.map((delayMs, at): [number, number] => [delayMs, at]);
        const passedMs = clock.monotonicMs();
        const expected = due.filter(([ms]) => ms <= passedMs).sort(([a, i], [b, j]) => a - b || i - j);
        expect(called).toEqual(expected);
        expect(clock.pendingCount).toBe(delays.length - expected.length);
      }),
    );
  });

  test('goes from timer to timer', () => {
    const clock = new SimulatedClock();
    const called: string[] = [];
    clock.after(30, () => called.push('late'));
    clock.after(10, () => called.push('early'));
    clock.after(10, () => called.push('early too'));
    expect(clock.advanceToNext()).toBe(true);
    expect([called, clock.monotonicMs()]).toEqual([['early', 'early too'], 10]);
    expect([clock.advanceToNext(), clock.advanceToNext()]).toEqual([true, false]);
    expect(clock.monotonicMs()).toBe(30);
  });

  test('calls nothing within `after`, nor what was called off', () => {
    const clock = new SimulatedClock();
    const called: string[] = [];
    clock.after(0, () => called.push('at once'));
    const callOff = clock.after(0, () => called.push('never'));
    expect(called).toEqual([]);
    callOff();
    callOff();
    clock.advance(0);
    expect(called).toEqual(['at once']);
    callOff();
  });

  test('lets callbacks set timers, call them off and let time pass', () => {
    const clock = new SimulatedClock();
    const called: [string, number][] = [];
    const note = (name: string) => called.push([name, clock.monotonicMs()]);
    let callOff = () => {};
    clock.after(1, () => {
      note('first');
      callOff();
      clock.after(1, () => note('set within'));
      clock.advance(4);
      note('after time passed within');
    });
    callOff = clock.after(2, () => note('called off'));
    clock.after(3, () => note('passed within'));
    clock.after(8, () => note('last'));
    clock.advance(8);
    expect(called).toEqual([
      ['first', 1],
      ['set within', 2],
      ['passed within', 3],
      ['after time passed within', 5],
      ['last', 8],
    ]);
    expect(clock.monotonicMs()).toBe(8);
  });

  test('does not go back when a callback went further than asked for', () => {
    const clock = new SimulatedClock();
    clock.after(1, () => clock.advance(10));
    clock.advance(2);
    expect(clock.monotonicMs()).toBe(11);
  });

  test('reports what callbacks throw, once everything due was called', () => {
    const clock = new SimulatedClock();
    const [one, other] = [new Error('one'), new Error('other')];
    let called = 0;
    const throwing = (error: Error) => () => {
      called++;
      throw error;
    };
    clock.after(1, throwing(one));
    clock.after(2, () => called++);
    expect(() => clock.advance(5)).toThrow(one);
    expect([called, clock.monotonicMs()]).toEqual([2, 5]);
    clock.after(1, throwing(one));
    clock.after(1, throwing(other));
    expect(() => clock.advanceToNext()).toThrow(expect.objectContaining({ errors: [one, other] }));
  });

  test.each<[string, (clock: SimulatedClock) => unknown]>([
    ['a negative delay', (clock) => clock.after(-1, () => {})],
    ['a delay that is no number', (clock) => clock.after(Number.NaN, () => {})],
    ['a delay at which timers of Node fire at once', (clock) => clock.after(DELAY_MS_MAX + 1, () => {})],
    ['going back', (clock) => clock.advance(-1)],
    ['a part of a millisecond', (clock) => clock.advance(0.5)],
    ['a time that is no number', (clock) => clock.setNowMs(Number.NaN)],
    ['a beginning that is no whole number', () => new SimulatedClock({ nowMs: 0.5 })],
  ])('refuses %s', (_, use) => {
    expect(() => use(new SimulatedClock())).toThrow(RangeError);
  });
});

describe('sequential ids', () => {
  test('count from 1, each source for itself', () => {
    const ids = new SequentialIds();
    expect([ids.newId(), ids.newId(), new SequentialIds('p1-').newId()]).toEqual(['id-1', 'id-2', 'p1-1']);
  });

  test.each([['a\0'], ['x'.repeat(49)], ['\u{10ffff}'.repeat(13)]])('refuse the prefix %j', (prefix) => {
    expect(() => new SequentialIds(prefix)).toThrow(RangeError);
  });
});
