import { useId, useRef, useState } from 'preact/hooks';
import { InputError } from '../failures/input-error.ts';
import type { Person } from '../people/person.ts';
import { TaskForm } from '../people/task.tsx';
import { useWorld } from '../world-context.ts';
import { newRecordKey } from './record-key.ts';
import { publish, uriOf } from './repository.ts';

/** Writes a post, encrypts it for the chosen group and publishes the ciphertext. */
export function Compose({ person }: { person: Person }) {
  const world = useWorld();
  const id = useId();
  const [text, setText] = useState('');
  const rkey = useRef(newRecordKey());
  const group = person.chosenGroup.value;
  const work = async () => {
    // Trying again replaces the post, if the first attempt was successful after all.
    const uri = await encryptAndPost(person, group, rkey.current, text);
    rkey.current = newRecordKey();
    await world.refreshPosts(person);
    person.readings.value = new Map([...person.readings.value, [uri, { text }]]);
    setText((now) => (now === text ? '' : now));
    return 'Posted. The PDS has the ciphertext only.';
  };
  return (
    <section>
      <h3>Write a post</h3>
      <TaskForm person={person} task="Posting" work={work} submit="Encrypt and post">
        <label for={id}>
          {group ? `For ${world.labelOf(group)}` : 'First create a group, below'}
        </label>
        <textarea
          id={id}
          rows={2}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </TaskForm>
    </section>
  );
}

/** @returns The AT-URI of the post. */
async function encryptAndPost(
  person: Person,
  group: string | undefined,
  rkey: string,
  text: string,
): Promise<string> {
  if (group === undefined) throw new InputError('There is no group to encrypt for.');
  if (text.trim() === '') throw new InputError('The post is empty.');
  const uri = uriOf(person.did, rkey);
  const record = await person.keyserver.content.encryptRecord(group, uri, text);
  await publish(person.agent, person.did, rkey, record);
  return uri;
}
