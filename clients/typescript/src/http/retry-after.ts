/**
 * In seconds. Larger values of `RateLimit-Reset` are Unix times (after 2001), smaller ones are durations (under 31
 * years).
 */
const firstUnixTime = 1_000_000_000;

const maxUint32 = 0xffff_ffff;

/**
 * How long the server asks to wait, in milliseconds: `Retry-After`, or for 429 also `RateLimit-Reset`, which has
 * seconds in the IETF draft and a Unix time from PDSs.
 * https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-06#section-5.4
 */
export function retryAfterOf(response: Response, now: number): number | undefined {
  const header = response.headers.get('Retry-After') ?? '';
  const date = Date.parse(header);
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  if (!Number.isNaN(date)) return until(date, now);
  return response.status === 429 ? rateLimitReset(response, now) : undefined;
}

function rateLimitReset(response: Response, now: number): number | undefined {
  const header = response.headers.get('RateLimit-Reset') ?? '';
  const seconds = /^\d+$/.test(header) ? Number(header) : Number.NaN;
  if (!(seconds <= maxUint32)) return undefined;
  return seconds < firstUnixTime ? seconds * 1000 : until(seconds * 1000, now);
}

function until(time: number, now: number): number | undefined {
  return time > now ? time - now : undefined;
}
