import { useId, useState } from 'preact/hooks';
import { TaskButton, TaskForm } from '../people/task.tsx';
import { useWorld } from '../world-context.ts';
import type { InGroup } from './group-section.tsx';
import { PersonChoice } from './person-choice.tsx';
import { refreshRoster } from './roster.ts';

/** Adds and removes members. */
export function Members({ person, group }: InGroup) {
  const world = useWorld();
  const [chosen, setChosen] = useState(world.othersThan(person)[0]?.did ?? '');
  const members = person.roster.value?.groupId === group ? person.roster.value.members : [];
  const name = world.nameOf(chosen);
  return (
    <fieldset>
      <legend>Members</legend>
      <TaskForm
        person={person}
        task={`Adding ${name}`}
        work={async () => {
          await person.keyserver.groups.addMember(group, chosen);
          await refreshRoster(person, group);
          return `${name} can read all versions of the key.`;
        }}
        submit="Add"
      >
        <PersonChoice label="Person" person={person} chosen={chosen} onChoice={setChosen} />
      </TaskForm>
      {members.length > 0 && (
        <ul>
          {members.map(({ did, addedBy }) => (
            <li key={did}>
              {world.nameOf(did)}, added by {world.nameOf(addedBy)}
              <Removal person={person} group={group} did={did} />
            </li>
          ))}
        </ul>
      )}
    </fieldset>
  );
}

function Removal({ person, group, did }: InGroup & { did: string }) {
  const world = useWorld();
  const id = useId();
  const [rotate, setRotate] = useState(true);
  const name = world.nameOf(did);
  return (
    <span class="row">
      <input
        id={id}
        type="checkbox"
        checked={rotate}
        onChange={(event) => setRotate(event.currentTarget.checked)}
      />
      <label for={id}>Rotate and</label>
      <TaskButton
        person={person}
        task={`Removing ${name}`}
        work={async () => {
          await person.keyserver.groups.removeMember(group, did, { rotate });
          await refreshRoster(person, group);
          return rotate
            ? `${name} no longer gets keys, and new posts use a new one.`
            : `${name} no longer gets keys, but may have kept the current one.`;
        }}
      >
        Remove {name}
      </TaskButton>
    </span>
  );
}
