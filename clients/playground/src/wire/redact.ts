/** Members of requests and responses that are secret. */
const secrets = new Set([
  'accessJwt',
  'accessToken',
  'password',
  'refreshJwt',
  'privateKey',
  'secretKey',
]);

/** The JSON of a request or response for display: without secrets, and with tokens as what they say. */
export function redact(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(redact);
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => [name, redactMember(name, value)]),
  );
}

function redactMember(name: string, value: unknown): unknown {
  if (secrets.has(name)) return '(secret)';
  if (name === 'token' && typeof value === 'string') return claimsOf(value);
  return redact(value);
}

/** What a service token says, without the signature that makes it valid. Tokens of the PDS are not shown. */
export function claimsOf(token: string): unknown {
  const [, payload = ''] = token.split('.');
  try {
    const bytes = Uint8Array.from(atob(payload.replace(/-/g, '+').replace(/_/g, '/')), (c) =>
      c.charCodeAt(0),
    );
    const { iss, aud, lxm, exp } = JSON.parse(new TextDecoder().decode(bytes));
    return lxm === undefined ? '(secret)' : { iss, aud, lxm, exp };
  } catch {
    return '(secret)';
  }
}
