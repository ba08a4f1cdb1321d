import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { type SignatureType, signatureType } from '../../src/log/notes/verifier-key.js';

/** Signs notes. */
export class NoteSigner {
  readonly name: string;
  readonly type: SignatureType;
  readonly #seed: Uint8Array;

  /** @param seed Less than 256. Seeds make keys that differ. */
  constructor(name: string, type: SignatureType, seed: number) {
    this.name = name;
    this.type = type;
    this.#seed = new Uint8Array(32).fill(seed);
  }

  get typedKey(): Uint8Array {
    return Buffer.from([this.type, ...ed25519.getPublicKey(this.#seed)]);
  }

  get id(): Buffer {
    const hash = sha256(Buffer.concat([Buffer.from(`${this.name}\n`), this.typedKey]));
    return Buffer.from(hash.subarray(0, 4));
  }

  get vkey(): string {
    const key = Buffer.from(this.typedKey).toString('base64');
    return `${this.name}+${this.id.toString('hex')}+${key}`;
  }

  /** @param time In seconds since 1970, for cosignatures. */
  sign(text: string, time: number | bigint = 0): string {
    if (this.type === signatureType.ed25519) return this.line(this.#signature(text));
    const timestamp = Buffer.alloc(8);
    timestamp.writeBigUInt64BE(BigInt(time));
    const signature = this.#signature(`cosignature/v1\ntime ${time}\n${text}`);
    return this.line(Buffer.concat([timestamp, signature]));
  }

  line(signature: Uint8Array): string {
    return `— ${this.name} ${Buffer.concat([this.id, signature]).toString('base64')}\n`;
  }

  #signature(text: string): Uint8Array {
    return ed25519.sign(Buffer.from(text), this.#seed);
  }
}
