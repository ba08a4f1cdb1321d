/**
 * Reads when a JWT expires. Does not verify it: the keyserver does.
 *
 * @returns Unix time in milliseconds; undefined if the token has no usable `exp`: such a token is used once.
 */
export function endOf(token: string): number | undefined {
  const parts = token.split('.');
  const [, claims = ''] = parts;
  if (parts.length !== 3) return undefined;
  try {
    const json = JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/')));
    const exp: unknown = json?.exp;
    return typeof exp === 'number' && exp > 0 ? exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}
