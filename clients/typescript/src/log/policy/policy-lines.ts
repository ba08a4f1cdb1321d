import { bytesToHex } from '@noble/hashes/utils.js';
import { malformed } from '../log-error.js';
import {
  parseVerifierKey,
  type SignatureType,
  signatureType,
  type VerifierKey,
} from '../notes/verifier-key.js';
import type { Policy } from './policy.js';
import type { Group, Quorum } from './quorum.js';

/** Of each kind. The specification recommends at least 32. */
export const maxDefinitions = 64;

/** The definitions of a policy file, line by line. https://c2sp.org/tlog-policy#policy-file-syntax-and-structure */
export class PolicyLines {
  readonly #logs = new Map<string, VerifierKey>();
  readonly #witnesses = new Map<string, VerifierKey>();
  readonly #names = new Map<string, VerifierKey | Group>();

  /** The names that are members of a group. A name can be one once, in all groups together. */
  readonly #members = new Set<string>();

  #quorum: Quorum | undefined;

  /** @throws LogError `malformed` if there is no quorum. */
  get policy(): Policy {
    if (this.#quorum === undefined) throw malformed('policy');
    return {
      logs: [...this.#logs.values()],
      witnesses: [...this.#witnesses.values()],
      quorum: this.#quorum,
    };
  }

  /**
   * @param items Of the line, at least one.
   * @throws LogError `malformed` if it cannot follow the lines before it.
   */
  add([keyword, ...items]: readonly string[]): void {
    if (keyword === 'log') this.#addLog(items);
    else if (keyword === 'witness') this.#addWitness(items);
    else if (keyword === 'group') this.#addGroup(items);
    else if (keyword === 'quorum') this.#setQuorum(items);
    else throw malformed('policy');
  }

  #addLog([vkey = '', ...url]: readonly string[]): void {
    if (url.length > 1) throw malformed('policy');
    addKey(this.#logs, vkey, signatureType.ed25519);
  }

  #addWitness([name = '', vkey = '', ...url]: readonly string[]): void {
    if (url.length > 1) throw malformed('policy');
    this.#define(name, addKey(this.#witnesses, vkey, signatureType.cosignature));
  }

  #addGroup([name = '', count = '', ...names]: readonly string[]): void {
    const members = names.map((each) => this.#takeMember(each));
    const threshold = count === 'all' ? members.length : count === 'any' ? 1 : Number(count);
    const isCount = count === 'all' || count === 'any' || /^[1-9][0-9]{0,3}$/.test(count);
    const isFull = this.#names.size - this.#witnesses.size >= maxDefinitions;
    if (!isCount || members.length === 0 || threshold > members.length || isFull)
      throw malformed('policy');
    this.#define(name, { threshold, members });
  }

  #takeMember(name: string): VerifierKey | Group {
    const member = this.#names.get(name);
    if (!member || this.#members.has(name)) throw malformed('policy');
    this.#members.add(name);
    return member;
  }

  #define(name: string, value: VerifierKey | Group): void {
    if (name === 'none' || this.#names.has(name)) throw malformed('policy');
    this.#names.set(name, value);
  }

  #setQuorum([name = '', ...rest]: readonly string[]): void {
    const quorum = name === 'none' ? name : this.#names.get(name);
    if (!quorum || this.#quorum !== undefined || rest.length > 0) throw malformed('policy');
    this.#quorum = quorum;
  }
}

/** Keys are duplicate if the public key is, whatever their names. */
function addKey(keys: Map<string, VerifierKey>, vkey: string, type: SignatureType): VerifierKey {
  const key = parseVerifierKey(vkey, type);
  const publicKey = bytesToHex(key.publicKey);
  if (keys.has(publicKey) || keys.size >= maxDefinitions) throw malformed('policy');
  keys.set(publicKey, key);
  return key;
}
