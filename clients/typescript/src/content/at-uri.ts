/** In characters, which are ASCII. https://atproto.com/specs/at-uri-scheme#restricted-at-uri-syntax */
export const maxAtUriLength = 8 * 1024;

/** In characters. https://atproto.com/specs/did#at-protocol-did-identifier-syntax */
const maxDidLength = 2 * 1024;

/** In characters; also of an NSID's domain. https://atproto.com/specs/handle#handle-identifier-syntax */
const maxHandleLength = 253;

const scheme = 'at://';

// https://atproto.com/specs/did: "%" and ":" cannot be the last character.
const didPattern = /^did:[a-z]+:[A-Za-z0-9._:%-]*[A-Za-z0-9._-]$/;

/** A label of a domain. */
const label = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';

/** A label that does not start with a digit. */
const letterLabel = '[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';

// https://atproto.com/specs/handle: a domain of at least two labels; the last does not start with a digit.
const handlePattern = new RegExp(`^(?:${label}\\.)+${letterLabel}$`);

// https://atproto.com/specs/nsid: a reversed domain, then a name that does not start with a digit and has no hyphens.
const nsidPattern = new RegExp(`^${letterLabel}(?:\\.${label})+\\.[A-Za-z][A-Za-z0-9]{0,62}$`);

// https://atproto.com/specs/record-key
const recordKeyPattern = /^[A-Za-z0-9._:~-]{1,512}$/;

/**
 * For decryption: requires `at://{account}/{collection}/{record key}` with no part empty. Other clients may have bound
 * content to URIs that the specification does not allow, so nothing else is checked or normalized.
 *
 * @throws TypeError if it is not such a URI.
 */
export function requireAtUri(atUri: string): void {
  const parts = atUri.startsWith(scheme) ? atUri.slice(scheme.length).split('/') : [];
  if (parts.length < 3 || parts.includes('') || !atUri.isWellFormed()) throw noRecord(atUri);
}

/**
 * For encryption: requires a URI that the specification allows for a record.
 *
 * @throws TypeError if it is not such a URI.
 */
export function requireValidAtUri(atUri: string): void {
  if (!isValidAtUri(atUri)) throw noRecord(atUri);
}

export function isValidAtUri(atUri: string): boolean {
  if (atUri.length > maxAtUriLength || !atUri.startsWith(scheme)) return false;
  const [account = '', collection = '', key = '', ...rest] = atUri.slice(scheme.length).split('/');
  return (
    rest.length === 0 &&
    (isDid(account) || isHandle(account)) &&
    isNsid(collection) &&
    recordKeyPattern.test(key) &&
    key !== '.' &&
    key !== '..'
  );
}

function isDid(text: string): boolean {
  return text.length <= maxDidLength && didPattern.test(text);
}

function isHandle(text: string): boolean {
  return text.length <= maxHandleLength && handlePattern.test(text);
}

function isNsid(text: string): boolean {
  return text.lastIndexOf('.') <= maxHandleLength && nsidPattern.test(text);
}

function noRecord(atUri: string): TypeError {
  return new TypeError(
    `'${atUri}' is not the AT-URI of a record: at://{account}/{collection}/{record key}.`,
  );
}
