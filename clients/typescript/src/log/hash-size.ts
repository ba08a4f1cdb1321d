/** The size of a SHA-256 hash, in bytes. */
export const hashSize = 32;
