import { useEffect, useState } from 'preact/hooks';

/**
 * The seconds until a time, rounded up and counted down; 0 afterwards.
 *
 * @param until In milliseconds since 1970.
 */
export function useSecondsUntil(until = 0): number {
  const [now, setNow] = useState(Date.now());
  const isOver = now >= until;
  useEffect(() => {
    if (isOver) return;
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [isOver]);
  return isOver ? 0 : Math.ceil((until - now) / 1000);
}
