import { useId } from 'preact/hooks';
import type { Person } from '../people/person.ts';
import { TaskButton } from '../people/task.tsx';
import { useWorld } from '../world-context.ts';
import { AccessLog } from './access-log.tsx';
import { Delegates } from './delegates.tsx';
import { Members } from './members.tsx';
import { NewGroup } from './new-group.tsx';
import { refreshRoster } from './roster.ts';

/** What a person can try to do with a group. The server decides, not the page: all people have the same buttons. */
export function GroupSection({ person }: { person: Person }) {
  const group = person.chosenGroup.value;
  return (
    <details open>
      <summary>
        <h3>Group</h3>
      </summary>
      <NewGroup person={person} />
      {group !== undefined && (
        <>
          <GroupChoice person={person} group={group} />
          <Role person={person} group={group} />
          <Members person={person} group={group} />
          <Keys person={person} group={group} />
          <Delegates person={person} group={group} />
          <AccessLog key={group} person={person} group={group} />
        </>
      )}
    </details>
  );
}

export interface InGroup {
  readonly person: Person;
  readonly group: string;
}

function GroupChoice({ person, group }: InGroup) {
  const world = useWorld();
  const id = useId();
  return (
    <div class="row">
      <label for={id}>Chosen group</label>
      <select
        id={id}
        value={group}
        onChange={(event) => {
          person.chosenGroup.value = event.currentTarget.value;
        }}
      >
        {world.groups.value.map((each) => (
          <option key={each} value={each}>
            {world.labelOf(each)}
          </option>
        ))}
      </select>
    </div>
  );
}

function Role({ person, group }: InGroup) {
  const roster = person.roster.value;
  const isKnown = roster?.groupId === group;
  const roles = isKnown ? roster.roles.join(' and ') || 'none' : 'unknown';
  return (
    <div class="row">
      <p>
        Role: <strong>{roles}</strong>
        {isKnown && roster.activeVersion !== undefined && `, key version ${roster.activeVersion}`}
      </p>
      <TaskButton
        person={person}
        task="Refreshing"
        work={async () => {
          await refreshRoster(person, group);
          return 'This is what the server says now.';
        }}
      >
        Refresh
      </TaskButton>
    </div>
  );
}

function Keys({ person, group }: InGroup) {
  const { groups } = person.keyserver;
  return (
    <div class="row">
      <TaskButton
        person={person}
        task="Rotating the key"
        work={async () => {
          const { activeVersion } = await refreshRoster(person, group);
          const { newVersion } = await groups.rotateKey(group, { expectedVersion: activeVersion });
          await refreshRoster(person, group);
          return `New posts use version ${newVersion}. Old posts stay readable for members.`;
        }}
      >
        Rotate the key
      </TaskButton>
      <TaskButton
        danger
        person={person}
        task="Deleting the group"
        work={async () => {
          await groups.delete(group);
          await refreshRoster(person, group);
          return 'The group and its keys are deleted for everyone. A new post would create it anew.';
        }}
      >
        Delete the group
      </TaskButton>
    </div>
  );
}
