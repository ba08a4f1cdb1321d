import type { GroupPermission } from '@atpkeyserver/client';
import { useId, useState } from 'preact/hooks';
import { InputError } from '../failures/input-error.ts';
import { TaskButton, TaskForm } from '../people/task.tsx';
import { useWorld } from '../world-context.ts';
import type { InGroup } from './group-section.tsx';
import { PersonChoice } from './person-choice.tsx';
import { refreshRoster } from './roster.ts';

const permissions: Record<GroupPermission, string> = {
  add_member: 'add members',
  remove_member: 'remove members',
  rotate_key: 'rotate the key',
};

const all = Object.keys(permissions) as GroupPermission[];

/** Lets others manage the group. A delegation does not include the key. */
export function Delegates({ person, group }: InGroup) {
  const world = useWorld();
  const [chosen, setChosen] = useState(world.othersThan(person)[0]?.did ?? '');
  const [granted, setGranted] = useState<readonly GroupPermission[]>(['add_member']);
  const { groups } = person.keyserver;
  const delegates = person.roster.value?.groupId === group ? person.roster.value.delegates : [];
  const name = world.nameOf(chosen);
  return (
    <fieldset>
      <legend>Delegates</legend>
      <TaskForm
        person={person}
        task={`Delegating to ${name}`}
        work={async () => {
          if (granted.length === 0) throw new InputError('Choose at least one permission.');
          await groups.addDelegate(group, chosen, granted);
          await refreshRoster(person, group);
          return `${name} may ${textOf(granted)}, and cannot read the key as a delegate.`;
        }}
        submit="Delegate"
      >
        <PersonChoice label="Delegate" person={person} chosen={chosen} onChoice={setChosen} />
        {all.map((permission) => (
          <Permission
            key={permission}
            permission={permission}
            isGranted={granted.includes(permission)}
            onChange={(isGranted) =>
              setGranted(
                all.filter((each) => (each === permission ? isGranted : granted.includes(each))),
              )
            }
          />
        ))}
      </TaskForm>
      {delegates.length > 0 && (
        <ul>
          {delegates.map(({ did, permissions: their }) => (
            <li key={did}>
              {world.nameOf(did)} may {textOf(their)}
              <TaskButton
                person={person}
                label={`End the delegation of ${world.nameOf(did)}`}
                task={`Ending ${world.nameOf(did)}’s delegation`}
                work={async () => {
                  await groups.removeDelegate(group, did);
                  await refreshRoster(person, group);
                  return `${world.nameOf(did)} is no longer a delegate.`;
                }}
              >
                End
              </TaskButton>
            </li>
          ))}
        </ul>
      )}
    </fieldset>
  );
}

function Permission({
  permission,
  isGranted,
  onChange,
}: {
  permission: GroupPermission;
  isGranted: boolean;
  onChange: (isGranted: boolean) => void;
}) {
  const id = useId();
  return (
    <span class="check">
      <input
        id={id}
        type="checkbox"
        checked={isGranted}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <label for={id}>{permissions[permission]}</label>
    </span>
  );
}

function textOf(granted: readonly GroupPermission[]): string {
  return granted.map((permission) => permissions[permission]).join(', ');
}
