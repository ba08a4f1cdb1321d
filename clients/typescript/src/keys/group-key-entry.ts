import type { JsonObject } from '../http/json-object.js';
import type { GroupKeyName } from './group-key-name.js';

/** An entry of the response of `group.getKeys`: a key or an error. */
export interface GroupKeyEntry {
  readonly groupId: string;
  readonly version: number | undefined;

  /** 32 bytes in hex. */
  readonly secretKey: string | undefined;
  readonly error: string | undefined;
}

export function readGroupKeyEntry(json: JsonObject): GroupKeyEntry {
  return {
    groupId: json.text('groupId'),
    version: json.optionalInteger('version'),
    secretKey: json.optionalKeyHex('secretKey'),
    error: json.optionalText('error'),
  };
}

/** Whether the entry answers the request for the key. */
export function isAnswerTo(entry: GroupKeyEntry | undefined, name: GroupKeyName): boolean {
  if (entry?.groupId !== name.groupId) return false;
  const { version, secretKey, error } = entry;
  if (secretKey !== undefined)
    return error === undefined && version !== undefined && version >= 1
      ? (name.version ?? version) === version
      : false;
  return !!error && (version ?? name.version) === name.version;
}
