import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConcurrencyLimiter } from '../src/concurrency-limiter.js';
import { idle } from './support/fake-clock.js';
import { gate } from './support/fake-web.js';

const { signal } = new AbortController();

describe('A concurrency limiter', () => {
  it('starts those that wait in order', async () => {
    const limiter = new ConcurrencyLimiter(2);
    const gates = Array.from({ length: 4 }, gate);
    const started: number[] = [];
    const calls = gates.map(({ opened }, i) =>
      limiter.run(() => {
        started.push(i);
        return opened;
      }, signal),
    );
    await idle();
    assert.deepEqual(started, [0, 1]);
    gates[1]?.open();
    await idle();
    assert.deepEqual(started, [0, 1, 2]);
    for (const { open } of gates) open();
    await Promise.all(calls);
    assert.deepEqual(started, [0, 1, 2, 3]);
  });

  it('starts the next after one that fails', async () => {
    const limiter = new ConcurrencyLimiter(1);
    const failing = limiter.run(() => Promise.reject(new Error('failed')), signal);
    const next = limiter.run(async () => 'next', signal);
    await assert.rejects(failing, { message: 'failed' });
    assert.equal(await next, 'next');
  });

  it('starts the next if one leaves at the moment it would start', async () => {
    const limiter = new ConcurrencyLimiter(1);
    const { opened, open } = gate();
    const stop = new AbortController();
    const running = limiter.run(() => opened, signal);
    const leaving = limiter.run(() => assert.fail('It has left.'), stop.signal);
    await idle();
    stop.abort();
    open();
    await assert.rejects(leaving, { name: 'AbortError' });
    await running;
    assert.equal(await limiter.run(async () => 'next', signal), 'next');
  });
});
