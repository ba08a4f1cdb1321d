/**
 * An ASCII decimal with no leading zeros.
 *
 * @returns undefined if it has another form, or is not below 2^53.
 */
export function fromDecimal(text: string): number | undefined {
  const value = /^(0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : undefined;
  return Number.isSafeInteger(value) ? value : undefined;
}
