import { signal } from '@preact/signals';
import { methodOf } from './describe.ts';

/** A key that an application has received, without the key itself. */
export interface ReceivedKey {
  readonly groupId: string;
  readonly version: number;

  /** The first four bytes of the key's SHA-256, as hex. */
  readonly fingerprint: string;
}

/** The keys that one person's application has received since it started or forgot them. */
export class ReceivedKeys {
  readonly list = signal<readonly ReceivedKey[]>([]);

  clear(): void {
    this.list.value = [];
  }

  /** Notices the keys in a response. */
  async notice(path: string, json: unknown): Promise<void> {
    switch (methodOf(path)) {
      case 'group.getKey':
        return this.#add([json as Entry]);
      case 'group.getKeys':
        return this.#add((json as { keys: Entry[] }).keys);
    }
  }

  async #add(entries: Entry[]): Promise<void> {
    for (const { groupId, version, secretKey } of entries) {
      if (secretKey === undefined) continue;
      const key = { groupId, version, fingerprint: await fingerprintOf(secretKey) };
      const isSame = (each: ReceivedKey) => each.groupId === groupId && each.version === version;
      this.list.value = [...this.list.value.filter((each) => !isSame(each)), key];
    }
  }
}

interface Entry {
  readonly groupId: string;
  readonly version: number;
  readonly secretKey?: string;
}

async function fingerprintOf(hex: string): Promise<string> {
  const key = Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', key));
  key.fill(0);
  return [...hash.slice(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
