const alphabet = '234567abcdefghijklmnopqrstuvwxyz';

let last = 0;

/** A new record key that sorts by time. https://atproto.com/specs/tid */
export function newRecordKey(): string {
  last = Math.max(Date.now() * 1000, last + 1);
  const clock = crypto.getRandomValues(new Uint16Array(1))[0] ?? 0;
  let bits = (BigInt(last) << 10n) | BigInt(clock & 1023);
  let key = '';
  for (let i = 0; i < 13; i++, bits >>= 5n) key = alphabet[Number(bits & 31n)] + key;
  return key;
}
