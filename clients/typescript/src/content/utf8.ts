const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @throws TypeError if the text has an unpaired surrogate, which has no UTF-8 form. */
export function toUtf8(text: string): Uint8Array {
  if (!text.isWellFormed()) throw new TypeError('The text has an unpaired surrogate.');
  return new TextEncoder().encode(text);
}

/** @throws TypeError if the bytes are not UTF-8. */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new TypeError('The decrypted content is not UTF-8 text.');
  }
}
