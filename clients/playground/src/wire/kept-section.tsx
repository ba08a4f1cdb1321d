import type { Person } from '../people/person.ts';
import { TaskButton } from '../people/task.tsx';
import { useWorld } from '../world-context.ts';

/** What is kept where, as far as this person is concerned. */
export function KeptSection({ person }: { person: Person }) {
  const world = useWorld();
  const own = world.posts.value.filter(({ author }) => author === person.did).length;
  return (
    <details>
      <summary>
        <h3>What is kept where</h3>
      </summary>
      <dl>
        <dt>This app, in memory only</dt>
        <dd>
          Tokens of the session, and keys, for at most a day. Keys received so far:
          <ReceivedKeyList person={person} />
        </dd>
        <dt>The PDS</dt>
        <dd>
          The account and {own} {own === 1 ? 'post' : 'posts'}: ciphertext, group and key version,
          public.
        </dd>
        <dt>The keyserver</dt>
        <dd>
          Groups, members and the access log. Keys are stored encrypted, under a key that never
          leaves Azure Key Vault (here, its emulator).
        </dd>
        <dt>Nowhere</dt>
        <dd>The text of a post, outside the apps of the people who can read it.</dd>
      </dl>
    </details>
  );
}

function ReceivedKeyList({ person }: { person: Person }) {
  const world = useWorld();
  const keys = person.keys.list.value;
  return (
    <>
      {keys.length === 0 ? (
        <p>none</p>
      ) : (
        <ul>
          {keys.map(({ groupId, version, fingerprint }) => (
            <li key={`${groupId} ${version}`}>
              {world.labelOf(groupId)} version {version}, fingerprint <code>{fingerprint}</code>
            </li>
          ))}
        </ul>
      )}
      <TaskButton
        person={person}
        task="Forgetting the keys"
        work={async () => {
          person.forgetKeys();
          return 'The next read asks the keyserver again.';
        }}
      >
        Forget the keys
      </TaskButton>
    </>
  );
}
