/**
 * Standard base64 with padding (RFC 4648, section 4).
 *
 * @returns undefined if the text is not the canonical form: unused bits are zero, and there is no white space.
 */
export function fromBase64(text: string): Uint8Array | undefined {
  const binary = decode(text);
  if (binary === undefined || btoa(binary) !== text) return undefined;
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function decode(text: string): string | undefined {
  try {
    return atob(text);
  } catch {
    return undefined;
  }
}
