import type { Clock, Timer } from '../../src/clock.js';

interface RunningTimer {
  readonly due: number;
  readonly milliseconds: number;
  readonly callback: () => void;
}

/** A clock that stands still until the test moves it. */
export class FakeClock implements Clock {
  /** The durations of the timers that fired, in order. */
  readonly fired: number[] = [];
  readonly #timers = new Set<RunningTimer>();
  #now = Date.UTC(2025, 0, 23, 10, 30);

  /** How many timers run. */
  get running(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  startTimer(callback: () => void, milliseconds: number): Timer {
    const timer = { due: this.#now + milliseconds, milliseconds, callback };
    this.#timers.add(timer);
    return { stop: () => this.#timers.delete(timer), unref: () => {} };
  }

  /** Moves the clock, and fires the timers on the way. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (let next = this.#next(); next && next.due <= end; next = this.#next()) this.#fire(next);
    this.#now = end;
  }

  /** Moves from timer to timer until the promise is settled. */
  async run<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const settle = () => {
      settled = true;
    };
    promise.then(settle, settle);
    for (let tries = 0; tries < 100; tries++) {
      await idle();
      if (settled) return promise;
      const next = this.#next();
      if (next) this.#fire(next);
    }
    throw new Error('The promise is not settled, whatever the time.');
  }

  #next(): RunningTimer | undefined {
    return [...this.#timers].sort((a, b) => a.due - b.due)[0];
  }

  #fire(timer: RunningTimer): void {
    this.#timers.delete(timer);
    this.#now = Math.max(this.#now, timer.due);
    this.fired.push(timer.milliseconds);
    timer.callback();
  }
}

/** Lets everything run that waits for no timer and no test. */
export async function idle(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
}
