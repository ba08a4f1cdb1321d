/** @throws RangeError if the version is not a positive integer. */
export function requireVersion(version: number | undefined): void {
  if (version !== undefined && !(Number.isSafeInteger(version) && version >= 1))
    throw new RangeError('Versions start at 1.');
}

/** @throws TypeError if the text is empty. */
export function requireText(text: string, name: string): void {
  if (typeof text !== 'string' || text === '') throw new TypeError(`The ${name} is empty.`);
}

/** @throws RangeError if the number of milliseconds is negative or not finite. */
export function requireDelay(milliseconds: number, name: string): number {
  if (Number.isFinite(milliseconds) && milliseconds >= 0) return milliseconds;
  throw new RangeError(`The option ${name} is negative or not a finite number.`);
}
