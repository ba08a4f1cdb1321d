import type { AccessLogEntry } from '@atpkeyserver/client';
import { useState } from 'preact/hooks';
import { TaskButton } from '../people/task.tsx';
import { Scrolling } from '../scrolling.tsx';
import { useWorld } from '../world-context.ts';
import type { InGroup } from './group-section.tsx';

/** The group's access log: every read of a key and every change, for the owner. */
export function AccessLog({ person, group }: InGroup) {
  const [entries, setEntries] = useState<readonly AccessLogEntry[]>([]);
  return (
    <>
      <TaskButton
        person={person}
        task="Reading the access log"
        work={async () => {
          const page = await person.keyserver.groups.getAccessLogPage(group, { limit: 50 });
          setEntries(page.items);
          return 'Here are the newest entries of the access log.';
        }}
      >
        Show the access log
      </TaskButton>
      {entries.length > 0 && <Entries entries={entries} />}
    </>
  );
}

function Entries({ entries }: { entries: readonly AccessLogEntry[] }) {
  const world = useWorld();
  return (
    <Scrolling label="Access log">
      <table>
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Who</th>
            <th scope="col">What</th>
            <th scope="col">Outcome</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry, i) => (
            <tr key={i}>
              <td>{entry.accessedAt.toLocaleTimeString()}</td>
              <td>{world.nameOf(entry.did)}</td>
              <td>
                {entry.action}
                {entry.target && ` ${world.nameOf(entry.target)}`}
                {entry.version && `, version ${entry.version}`}
              </td>
              <td>{entry.outcome}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolling>
  );
}
