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

  /** The groups that people have told each other about. To know a name gives no access. */
  readonly groups = computed(() => [...new Set([...this.#created.value, ...this.#used.value])]);

  readonly #created = signal<readonly string[]>([]);
  readonly #used = computed(() => this.posts.value.map((post) => post.record.encrypted.group_id));
  #refreshes = 0;
  #shown = 0;

  private constructor(stack: Stack, people: readonly Person[]) {
    this.stack = stack;
    this.people = people;
  }

  /** @param suffix Distinguishes these people from others of the same names. */
  static async open(stack: Stack, suffix: string): Promise<World> {
    const entering = names.map((name) =>
      Person.enter(name, `${name.toLowerCase()}-${suffix}.test`, stack),
    );
    try {
      const world = new World(stack, await Promise.all(entering));
      await world.#recall();
      return world;
    } catch (error) {
      for (const entered of await Promise.allSettled(entering))
        if (entered.status === 'fulfilled') entered.value.dispose();
      throw error;
    }
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

  /** Makes a group known to all. Those who have none yet choose it. */
  announce(groupId: string): void {
    this.#created.value = [...new Set([...this.#created.value, groupId])];
    for (const { chosenGroup } of this.people) chosenGroup.value ??= groupId;
  }

  /** Reads the posts of all people with one person's application. */
  async refreshPosts(reader: Person): Promise<readonly Post[]> {
    const number = ++this.#refreshes;
    const lists = await Promise.all(
      this.people.map(({ did }) => readPosts(this.stack.pds, did, reader.wire.fetch)),
    );
    const posts = lists.flat();
    posts.sort((one, other) => other.record.createdAt.localeCompare(one.record.createdAt));
    // A refresh that started later may have ended earlier.
    if (number > this.#shown) {
      this.#shown = number;
      this.posts.value = posts;
    }
    for (const { record } of posts) this.announce(record.encrypted.group_id);
    return posts;
  }

  dispose(): void {
    for (const person of this.people) person.dispose();
  }

  /** After a reload: finds the groups that people own, and the posts. */
  async #recall(): Promise<void> {
    for (const person of this.people) await person.recall((groupId) => this.announce(groupId));
    const [reader] = this.people;
    if (reader) await this.refreshPosts(reader);
  }
}
