const authority = 'dev.atpkeyserver.alpha.';

/** Name prefixes of the keyserver's methods. */
export const nsid = {
  server: `${authority}server.`,
  keypair: `${authority}keypair.`,
  group: `${authority}group.`,
  account: `${authority}account.`,
} as const;
