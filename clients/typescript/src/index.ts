export type { AccessLogEntry } from './answers/access-log-entry.js';
export type { AccountDeletion, DeletedCounts } from './answers/account-deletion.js';
export type { AccountPublicKey } from './answers/account-public-key.js';
export type { GroupDelegate } from './answers/group-delegate.js';
export type { GroupInfo } from './answers/group-info.js';
export type { GroupMember } from './answers/group-member.js';
export type { GroupPermission } from './answers/group-permission.js';
export type { GroupRole } from './answers/group-role.js';
export type { KeyRotation } from './answers/key-rotation.js';
export type { KeyVersion } from './answers/key-version.js';
export type { MemberChange } from './answers/member-change.js';
export type { MembersRemoval } from './answers/members-removal.js';
export type { Page } from './answers/page.js';
export type { PageOptions } from './answers/page-options.js';
export type { ServerDescription } from './answers/server-description.js';
export type { ServerLimits } from './answers/server-limits.js';
export type { ServerProduct } from './answers/server-product.js';
export type { CallOptions } from './call-options.js';
export { maxMembers } from './calls/change-members.js';
export { deleteConfirmation, type KeyserverAccount } from './calls/keyserver-account.js';
export type { KeyserverGroups } from './calls/keyserver-groups.js';
export type { KeyserverKeypairs } from './calls/keyserver-keypairs.js';
export type { KeyserverServer } from './calls/keyserver-server.js';
export type { RemovalOptions } from './calls/removal-options.js';
export type { RotateOptions } from './calls/rotate-options.js';
export type { VersionOptions } from './calls/version-options.js';
export type { Clock, Timer } from './clock.js';
export type { ContentSignature } from './content/content-signature.js';
export type { EncryptedContent } from './content/encrypted-content.js';
export type { EncryptedRecord } from './content/encrypted-record.js';
export type { KeyserverContent } from './content/keyserver-content.js';
export type { KeyserverSignatures } from './content/keyserver-signatures.js';
export type { SignatureVerdict } from './content/signature-verdict.js';
export { DecryptionFailedError } from './errors/decryption-failed-error.js';
export { DisposedError } from './errors/disposed-error.js';
export {
  KeyserverError,
  type KeyserverErrorDetails,
  type KeyserverErrorName,
} from './errors/keyserver-error.js';
export {
  ConflictError,
  GoneError,
  InvalidCallError,
  LimitedError,
  LostAccessError,
  NoServiceError,
  PdsError,
  RefusedTokenError,
  UnexpectedAnswerError,
  UnreachableError,
  UpstreamError,
} from './errors/kinds.js';
export { groupIdOf } from './keys/group-id-of.js';
export type { GroupKey } from './keys/group-key.js';
export type { Keypair } from './keys/keypair.js';
export type { SecretBytes } from './keys/secret-bytes.js';
export { KeyserverClient } from './keyserver-client.js';
export type { Fetch, KeyserverClientOptions } from './keyserver-client-options.js';
export type { PdsAgent } from './tokens/pds-agent.js';
export { PdsSession, type PdsTokens } from './tokens/pds-session.js';
export type { TokenSource } from './tokens/token-source.js';
