/**
 * Accepts https, or http on this machine, without path, query or user.
 *
 * @throws TypeError if the address is not such an origin. It is not quoted, because it may contain a password.
 */
export function requireOrigin(address: string | URL): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url && isOrigin(url)) return url;
  throw new TypeError(
    'The address is not an origin such as https://keys.example.com (http only on localhost).',
  );
}

export function isOrigin(url: URL): boolean {
  const isBare = url.href === `${url.origin}/`;
  return isBare && (url.protocol === 'https:' || (url.protocol === 'http:' && isThisMachine(url)));
}

export function isThisMachine({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}
