const timePattern = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$/;
const actorPattern = /^(owner|self|server|0|[1-9][0-9]{0,15})$/;
const custodies = ['server', 'signOnly', 'publicOnly', 'sealed'];

/** All members of events, and whether a value has the form of the member. See `LogEvent`. */
export const memberForms: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ['type', (value) => isText(value, 32)],
  ['at', isTime],
  ['by', (value) => isText(value, 16) && actorPattern.test(value) && isActorNumber(value)],
  ['name', (value) => isText(value, 255)],
  ['version', (value) => isInteger(value, 1, 2 ** 31 - 1)],
  ['public_key', (value) => isHex(value, 64)],
  ['custody', (value) => custodies.some((each) => each === value)],
  ['key_commitment', (value) => isHex(value, 64)],
  ['device_id', (value) => isText(value, 255)],
  ['did', (value) => isText(value, 2048)],
  ['signature', (value) => isHex(value, 128)],
  ['ends', (value) => isInteger(value, 0, Number.MAX_SAFE_INTEGER)],
]);

function isTime(value: unknown): boolean {
  // The comparison refuses times that Date corrects, such as 30 February.
  return (
    isText(value, 24) &&
    timePattern.test(value) &&
    !Number.isNaN(Date.parse(value)) &&
    new Date(value).toISOString() === value
  );
}

function isActorNumber(text: string): boolean {
  return !/^[0-9]/.test(text) || Number.isSafeInteger(Number(text));
}

function isText(value: unknown, maxLength: number): value is string {
  return (
    typeof value === 'string' &&
    value !== '' &&
    value.length <= maxLength &&
    !/\p{Cc}/u.test(value) &&
    value.isWellFormed()
  );
}

function isInteger(value: unknown, least: number, most: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
}

function isHex(value: unknown, digits: number): boolean {
  return isText(value, digits) && value.length === digits && /^[0-9a-f]*$/.test(value);
}
