import type { Clock } from './clock.js';

/** Waits for a promise until the signal aborts. The work behind the promise continues. */
export async function abortable<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (!signal) return promise;
  let abort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (abort) signal.removeEventListener('abort', abort);
  }
}

/** @param milliseconds How long to wait. */
export async function delay(
  clock: Clock,
  milliseconds: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  let stop = () => {};
  try {
    await abortable(
      new Promise<void>((resolve) => {
        const timer = clock.startTimer(resolve, milliseconds);
        stop = () => timer.stop();
      }),
      signal,
    );
  } finally {
    stop();
  }
}

/** Marks a rejection as handled: other callers get it, or nobody waits any more. */
export function ignoreRejection(promise: Promise<unknown>): void {
  promise.catch(() => {});
}
