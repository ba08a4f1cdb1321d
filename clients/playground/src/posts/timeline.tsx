import { failureOf } from '../failures/failure.ts';
import type { Person } from '../people/person.ts';
import { TaskButton } from '../people/task.tsx';
import type { World } from '../world.ts';
import { useWorld } from '../world-context.ts';
import type { Post } from './post.ts';
import type { Reading } from './reading.ts';
import { newRecordKey } from './record-key.ts';
import { publish } from './repository.ts';

/** The posts of all people, as this person can read them. */
export function Timeline({ person }: { person: Person }) {
  const world = useWorld();
  const posts = world.posts.value;
  return (
    <section>
      <h3>Posts</h3>
      <TaskButton person={person} task="Reading the posts" work={() => readAll(world, person)}>
        Read the posts
      </TaskButton>
      {posts.length === 0 ? (
        <p class="hint">Nobody has posted yet.</p>
      ) : (
        <ol class="posts">
          {posts.map((post) => (
            <PostItem key={post.uri} person={person} post={post} />
          ))}
        </ol>
      )}
    </section>
  );
}

function PostItem({ person, post }: { person: Person; post: Post }) {
  const world = useWorld();
  const { group_id: group, key_version: version } = post.record.encrypted;
  return (
    <li>
      <p class="byline">
        <strong>{world.nameOf(post.author)}</strong> for {world.labelOf(group)}, key version{' '}
        {version}
      </p>
      <ReadingOf reading={person.readings.value.get(post.uri)} />
      {post.author !== person.did && (
        <TaskButton
          person={person}
          label={`Copy to my feed: the post of ${world.nameOf(post.author)}`}
          task="Copying the post"
          work={async () => {
            await publish(person.agent, person.did, newRecordKey(), post.record.encrypted);
            await world.refreshPosts(person);
            return 'Copied the ciphertext into a new post. Now let someone read it.';
          }}
        >
          Copy to my feed
        </TaskButton>
      )}
    </li>
  );
}

function ReadingOf({ reading }: { reading: Reading | undefined }) {
  if (!reading) return <p class="hint">Not read yet.</p>;
  if ('text' in reading) return <p class="text">{reading.text}</p>;
  return (
    <p class="unreadable">
      <strong>{reading.failure.name}</strong>. {reading.failure.advice}
    </p>
  );
}

/** Reads all posts, with one call for all keys that are not cached. */
async function readAll(world: World, person: Person): Promise<string> {
  const posts = await world.refreshPosts(person);
  const outcomes = await Promise.allSettled(
    posts.map(({ uri, record }) => person.keyserver.content.decryptRecord(uri, record.encrypted)),
  );
  throwIfNothingWorks(outcomes);
  const readings = posts.map((post, i) => [post.uri, readingOf(outcomes[i])] as const);
  person.readings.value = new Map(readings);
  const count = outcomes.filter(({ status }) => status === 'fulfilled').length;
  return `${count} of ${posts.length} posts could be decrypted.`;
}

/** @throws the error of the session or the server that concerns all posts. */
function throwIfNothingWorks(outcomes: PromiseSettledResult<string>[]): void {
  const [first] = outcomes;
  const isBroken = (outcome: PromiseSettledResult<string>) =>
    outcome.status === 'rejected' && failureOf(outcome.reason).remedy !== undefined;
  if (first?.status === 'rejected' && outcomes.every(isBroken)) throw first.reason;
}

function readingOf(outcome: PromiseSettledResult<string> | undefined): Reading {
  return outcome?.status === 'fulfilled'
    ? { text: outcome.value }
    : { failure: failureOf(outcome?.reason) };
}
