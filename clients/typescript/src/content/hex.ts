import { bytesToHex } from '@noble/ciphers/utils.js';

const digits = '0123456789abcdef';

const codes = new TextEncoder().encode(digits);

/** The values of digits by character code; -1 for other characters. */
const values = Int8Array.from({ length: 128 }, (_, code) =>
  digits.indexOf(String.fromCharCode(code).toLowerCase()),
);

/** Lower-case hex. Without `Uint8Array.prototype.toHex`, noble's takes much longer than the cipher. */
export function toHex(bytes: Uint8Array): string {
  if ('toHex' in bytes) return bytesToHex(bytes);
  const text = new Uint8Array(2 * bytes.length);
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    text[2 * i] = codes[byte >> 4] as number;
    text[2 * i + 1] = codes[byte & 15] as number;
  }
  return new TextDecoder().decode(text);
}

/** @returns undefined if the text is not hex. Faster than noble's and than `Uint8Array.fromHex` for large content. */
export function fromHex(hex: string): Uint8Array | undefined {
  const bytes = new Uint8Array(hex.length / 2);
  let all = hex.length % 2 === 0 ? 0 : -1;
  for (let i = 0; i < bytes.length; i++) {
    const high = values[hex.charCodeAt(2 * i)] ?? -1;
    const low = values[hex.charCodeAt(2 * i + 1)] ?? -1;
    all |= high | low;
    bytes[i] = (high << 4) | low;
  }
  return all < 0 ? undefined : bytes;
}
