import { groupIdOf } from '@atpkeyserver/client';
import { useId, useState } from 'preact/hooks';
import { checkInput } from '../failures/input-error.ts';
import type { Person } from '../people/person.ts';
import { TaskForm } from '../people/task.tsx';
import { useWorld } from '../world-context.ts';
import { refreshRoster } from './roster.ts';

/** Creates a group: the owner's first request for its key does. */
export function NewGroup({ person }: { person: Person }) {
  const world = useWorld();
  const id = useId();
  const [name, setName] = useState('friends');
  const work = async () => {
    const group = checkInput(() => groupIdOf(person.did, name));
    const key = await person.keyserver.groups.getKey(group);
    key.dispose();
    world.announce(group);
    person.chosenGroup.value = group;
    await refreshRoster(person, group);
    return `${world.labelOf(group)} has version ${key.version} of its key.`;
  };
  return (
    <TaskForm person={person} task="Creating the group" work={work} submit="Create">
      <label for={id}>New group</label>
      <input id={id} value={name} onInput={(event) => setName(event.currentTarget.value)} />
    </TaskForm>
  );
}
