import { computed, signal } from '@preact/signals';
import { Person } from './people/person.ts';
import type { Post } from './posts/post.ts';
import { readPosts } from './posts/repository.ts';
import type { Stack } from './stack/stack.ts';

const names = ['Alice', 'Bob', 'Mallory'] as const;

/** The three people, and what everybody can see. */
export class World {
  readonly stack: Stack;
  readonly people: readonly Person[];

  /** The posts of all people as the network has them, newest first. */
  readonly posts = signal<readonly Post[]>([]);

  /** The groups that people have told each other about, newest first. To know a name gives no access. */
  readonly groups = computed(() => [...new Set([...this.#created.value, ...this.#used.value])]);

  readonly #created = signal<readonly string[]>([]);
  readonly #used = computed(() => this.posts.value.map((post) => post.record.encrypted.group_id));

  private constructor(stack: Stack, people: readonly Person[]) {
    this.stack = stack;
    this.people = people;
  }

  /** @param suffix Distinguishes these people from others of the same names. */
  static async open(stack: Stack, suffix: string): Promise<World> {
    const people = await Promise.all(
      names.map((name) => Person.enter(name, `${name.toLowerCase()}-${suffix}.test`, stack)),
    );
    const world = new World(stack, people);
    await world.#recall();
    return world;
  }

  /** The name of an account, as the page shows it. The keyserver does not name refused strangers. */
  nameOf(did: string): string {
    if (did === 'did:erased') return 'a stranger';
    return this.people.find((person) => person.did === did)?.name ?? did;
  }

  /** A group's name with its owner, such as `friends (Alice)`. */
  labelOf(groupId: string): string {
    const [owner = '', name] = groupId.split('#');
    return `${name} (${this.nameOf(owner)})`;
  }

  othersThan(person: Person): Person[] {
    return this.people.filter((each) => each !== person);
  }

  groupOf(person: Person): string | undefined {
    return person.chosenGroup.value ?? this.groups.value[0];
  }

  announce(groupId: string): void {
    this.#created.value = [groupId, ...this.#created.value.filter((each) => each !== groupId)];
  }

  /** Reads the posts of all people with one person's application. */
  async refreshPosts(reader: Person): Promise<readonly Post[]> {
    const lists = await Promise.all(
      this.people.map(({ did }) => readPosts(this.stack.pds, did, reader.wire.fetch)),
    );
    const posts = lists.flat();
    posts.sort((one, other) => other.record.createdAt.localeCompare(one.record.createdAt));
    this.posts.value = posts;
    return posts;
  }

  /** After a reload: finds the posts, and the groups that people own. */
  async #recall(): Promise<void> {
    const [reader] = this.people;
    if (reader) await this.refreshPosts(reader);
    for (const { keyserver } of this.people)
      for await (const { groupId, role } of keyserver.groups.list())
        if (role === 'owner') this.announce(groupId);
  }

  dispose(): void {
    for (const person of this.people) person.dispose();
  }
}
