/**
 * Gets a service token of the account: a JWT that its PDS signs for one service and one method. Not needed with an
 * agent; for applications that call `com.atproto.server.getServiceAuth` in their own way.
 *
 * @param audience The keyserver's DID, the parameter `aud`.
 * @param method The NSID of the method, the parameter `lxm`.
 * @param signal Aborted when the client is disposed, not with a single call, because calls share a token.
 * @returns The compact JWT. It is cached until 10 s before it expires.
 */
export type TokenSource = (
  audience: string,
  method: string,
  signal: AbortSignal,
) => Promise<string>;
