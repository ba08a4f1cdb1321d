import { abortable } from './abortable.js';

/** Runs up to a number of calls at once. Others wait, in order. */
export class ConcurrencyLimiter {
  readonly #limit: number;
  readonly #waiting = new Set<() => void>();
  #running = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @param signal Ends the wait, but not the call. */
  async run<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.#enter(signal);
    try {
      return await call();
    } finally {
      this.#leave();
    }
  }

  async #enter(signal: AbortSignal): Promise<void> {
    if (this.#running < this.#limit) {
      this.#running++;
      return;
    }
    let start = () => {};
    const turn = new Promise<void>((resolve) => {
      start = resolve;
    });
    this.#waiting.add(start);
    try {
      // A signal of its own: Node warns of more than ten listeners to one.
      await abortable(turn, AbortSignal.any([signal]));
    } catch (error) {
      // Not waiting any more: it was started when the signal had already aborted.
      if (!this.#waiting.delete(start)) this.#leave();
      throw error;
    }
  }

  #leave(): void {
    const [next] = this.#waiting;
    if (next) {
      this.#waiting.delete(next);
      next();
    } else {
      this.#running--;
    }
  }
}
