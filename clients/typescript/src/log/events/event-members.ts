import { fromBase64 } from '../base64.js';
import { ed25519Size } from '../notes/note-signature.js';

const timePattern = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,7})?Z$/;
const custodies = ['server', 'signOnly', 'publicOnly', 'sealed'];
const actors = ['owner', 'self', 'server'];

/** All members of events, and whether a value has the form of the member. See `LogEvent`. */
export const memberForms: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ['type', isText],
  ['at', (value) => isText(value) && timePattern.test(value) && !Number.isNaN(Date.parse(value))],
  ['by', (value) => actors.some((each) => each === value) || isInteger(value, 0)],
  ['name', isText],
  ['version', (value) => isInteger(value, 1)],
  ['public_key', (value) => isHex(value, 64)],
  ['custody', (value) => custodies.some((each) => each === value)],
  ['key_commitment', (value) => isHex(value, 64)],
  ['device_id', (value) => isHex(value, 32)],
  ['did', isText],
  ['signature', (value) => isText(value) && fromBase64(value)?.length === ed25519Size],
]);

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.isWellFormed();
}

function isInteger(value: unknown, least: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= least;
}

function isHex(value: unknown, digits: number): boolean {
  return isText(value) && value.length === digits && /^[0-9a-f]*$/.test(value);
}
