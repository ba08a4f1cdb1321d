/** A timer that fires once. */
export interface Timer {
  /** Does nothing if the timer has fired. */
  stop(): void;

  /** Lets a Node process end although the timer runs. */
  unref(): void;
}

/** The time of caches, retries and time limits. Tests inject their own. */
export interface Clock {
  /** Unix time in milliseconds. */
  now(): number;

  /** Calls back once, after some milliseconds. */
  startTimer(callback: () => void, milliseconds: number): Timer;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  startTimer(callback, milliseconds) {
    // A number in browsers, an object in Node.
    const handle: unknown = setTimeout(callback, milliseconds);
    return {
      stop: () => clearTimeout(handle as number),
      unref: () => (handle as { unref?(): void }).unref?.(),
    };
  },
};
