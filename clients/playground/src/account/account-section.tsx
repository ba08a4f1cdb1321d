import { deleteConfirmation } from '@atpkeyserver/client';
import { useId, useState } from 'preact/hooks';
import { InputError } from '../failures/input-error.ts';
import type { Person } from '../people/person.ts';
import { TaskButton, TaskForm } from '../people/task.tsx';
import { Scrolling } from '../scrolling.tsx';

/** Export and deletion of the account. */
export function AccountSection({ person }: { person: Person }) {
  const [document, setDocument] = useState('');
  return (
    <details>
      <summary>
        <h3>Account</h3>
      </summary>
      <TaskButton
        person={person}
        task="Exporting"
        work={async () => {
          const text = await new Response(await person.keyserver.account.export()).text();
          const size = new TextEncoder().encode(text).length;
          setDocument(JSON.stringify(JSON.parse(text), null, 2));
          return `The export has ${size.toLocaleString('en')} bytes. It contains no secret keys.`;
        }}
      >
        Export all data
      </TaskButton>
      {document !== '' && (
        <Scrolling label="Exported data">
          <pre>{document}</pre>
        </Scrolling>
      )}
      <Deletion person={person} />
    </details>
  );
}

function Deletion({ person }: { person: Person }) {
  const id = useId();
  const [confirmation, setConfirmation] = useState('');
  const work = async () => {
    if (confirmation !== deleteConfirmation)
      throw new InputError(`Nothing was deleted: ${deleteConfirmation} was not typed.`);
    const { status, deleted } = await person.keyserver.account.delete(confirmation);
    person.forgetKeys();
    person.roster.value = undefined;
    const groups = deleted.groups === 1 ? '1 group' : `${deleted.groups} groups`;
    return `The account is ${status} at the keyserver, with ${groups} and all their keys.`;
  };
  return (
    <TaskForm
      danger
      person={person}
      task="Deleting the account"
      work={work}
      submit="Delete the account"
    >
      <label for={id}>To delete it permanently, type {deleteConfirmation}</label>
      <input
        id={id}
        autocomplete="off"
        value={confirmation}
        onInput={(event) => setConfirmation(event.currentTarget.value)}
      />
    </TaskForm>
  );
}
