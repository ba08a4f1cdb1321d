import { useEffect, useState } from 'preact/hooks';

/**
 * The seconds until a time, rounded up and counted down; 0 afterwards.
 *
 * @param until In milliseconds since 1970.
 */
export function useSecondsUntil(until = 0): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (until <= Date.now()) return;
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [until]);
  return Math.max(0, Math.ceil((until - now) / 1000));
}
