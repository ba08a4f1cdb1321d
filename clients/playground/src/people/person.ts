import { KeyserverClient, type PdsAgent, PdsError, type PdsSession } from '@atpkeyserver/client';
import { computed, signal } from '@preact/signals';
import { failureOf } from '../failures/failure.ts';
import type { Roster } from '../groups/roster.ts';
import type { Reading } from '../posts/reading.ts';
import type { Stack } from '../stack/stack.ts';
import { ReceivedKeys } from '../wire/received-keys.ts';
import { Recorder } from '../wire/recorder.ts';
import { logIn } from './log-in.ts';
import type { Status } from './status.ts';

/** One person with an application of their own: a session at the PDS, a client of the keyserver, and what they see. */
export class Person {
  readonly name: string;
  readonly did: string;
  readonly handle: string;
  readonly agent: PdsAgent;
  readonly keyserver: KeyserverClient;
  readonly wire: Recorder;
  readonly keys: ReceivedKeys;

  readonly status = signal<Status>({ kind: 'idle' });
  readonly isBusy = computed(() => this.status.value.kind === 'busy');

  /** The group that the person has chosen. */
  readonly chosenGroup = signal<string | undefined>(undefined);

  /** What the server last said about the chosen group. */
  readonly roster = signal<Roster | undefined>(undefined);

  /** What became of each post that this person has tried to read, by AT-URI. */
  readonly readings = signal<ReadonlyMap<string, Reading>>(new Map());

  readonly #pds: string;
  #session: PdsSession;
  #isDisposed = false;

  private constructor(
    name: string,
    handle: string,
    stack: Stack,
    session: PdsSession,
    wire: Recorder,
    keys: ReceivedKeys,
  ) {
    this.name = name;
    this.handle = handle;
    this.did = session.did;
    this.wire = wire;
    this.keys = keys;
    this.#pds = stack.pds;
    this.#session = session;
    this.agent = { fetchHandler: (path, init) => this.#session.fetchHandler(path, init) };
    this.keyserver = KeyserverClient.create(stack.keyserverDid, this.agent, {
      address: stack.keyserver,
      fetch: wire.fetch,
    });
  }

  static async enter(name: string, handle: string, stack: Stack): Promise<Person> {
    const keys = new ReceivedKeys();
    const wire = new Recorder((path, json) => void keys.notice(path, json));
    const session = await logIn(stack.pds, handle, wire.fetch);
    return new Person(name, handle, stack, session, wire, keys);
  }

  /**
   * Does one thing at a time and reports how it went.
   *
   * @param task Such as `Adding Bob`.
   * @param work Returns what to report, such as `Bob can read the posts.`
   */
  async run(task: string, work: () => Promise<string>): Promise<void> {
    if (this.isBusy.value) return;
    this.status.value = { kind: 'busy', task };
    try {
      this.status.value = { kind: 'done', result: await work() };
    } catch (error) {
      this.#report(task, error, () => this.run(task, work));
    }
  }

  /** Finds the groups that the person owns. */
  async recall(found: (groupId: string) => void): Promise<void> {
    const task = 'Finding the groups';
    try {
      for await (const { groupId, role } of this.keyserver.groups.list())
        if (role === 'owner') {
          this.chosenGroup.value ??= groupId;
          found(groupId);
        }
    } catch (error) {
      this.#report(task, error, () =>
        this.run(task, async () => {
          await this.recall(found);
          return 'This is what the server says now.';
        }),
      );
    }
  }

  /** Logs in again after the session has ended. The client and its keys remain. */
  async logInAgain(): Promise<void> {
    const session = await logIn(this.#pds, this.handle, this.wire.fetch);
    if (session.did !== this.did)
      throw new PdsError('AccountNotFound', 'The account is gone. Start over with new people.');
    this.#session.dispose();
    this.#session = session;
  }

  /** Removes keys and service tokens from memory, and what was read with them. The session remains. */
  forgetKeys(): void {
    this.keyserver.clear();
    this.keys.clear();
    this.readings.value = new Map();
  }

  dispose(): void {
    this.#isDisposed = true;
    this.keyserver.dispose();
    this.#session.dispose();
  }

  #report(task: string, error: unknown, retry: () => Promise<void>): void {
    // What was running when the people were replaced ends with an error that concerns nobody.
    if (this.#isDisposed) return;
    const failure = failureOf(error);
    if (failure.isBug) console.error(error);
    this.status.value = { kind: 'failed', task, failure, retry };
  }
}
