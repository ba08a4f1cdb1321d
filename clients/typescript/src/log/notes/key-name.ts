import { isPlainText } from '../plain-text.js';

/** Whether it can name a key: not empty, no Unicode spaces, no plus. https://c2sp.org/signed-note#format */
export function isKeyName(name: string): boolean {
  return name !== '' && isPlainText(name, '') && !/[\p{White_Space}+]/u.test(name);
}
