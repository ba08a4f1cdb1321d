/** What each method is for, by the end of its name. */
const purposes: Record<string, string> = {
  'server.getServiceAuth': 'asks for a token for one method of the keyserver',
  'server.createSession': 'logs in',
  'server.refreshSession': 'renews the session',
  'repo.putRecord': 'stores a public record with the ciphertext',
  'repo.listRecords': 'reads the public records',
  'group.getKey': 'reads a key of the group',
  'group.getKeys': 'reads several keys',
  'group.rotateKey': 'creates the next version of the key',
  'group.addMember': 'gives a person access',
  'group.removeMember': "takes a person's access away",
  'group.listMembers': 'lists the members',
  'group.addDelegate': 'lets a person manage members or keys',
  'group.removeDelegate': 'ends a delegation',
  'group.listDelegates': 'lists the delegates',
  'group.listGroups': 'lists the groups of the account',
  'group.delete': 'deletes the group',
  'group.getAccessLog': 'reads the access log',
  'account.export': 'reads everything stored about the account',
  'account.delete': 'deletes the account',
  'server.describeServer': 'reads limits and features',
};

/** The short name of a method, such as `group.getKey`; otherwise the path. */
export function methodOf(path: string): string {
  const [, nsid] = /^\/xrpc\/(.+)$/.exec(path) ?? [];
  return nsid?.split('.').slice(-2).join('.') ?? path;
}

/** What a request is for, in plain words. */
export function purposeOf(path: string): string {
  return purposes[methodOf(path)] ?? (path === '/accounts' ? 'opens the account' : 'reads');
}
