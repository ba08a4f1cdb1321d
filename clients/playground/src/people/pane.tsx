import { AccountSection } from '../account/account-section.tsx';
import { GroupSection } from '../groups/group-section.tsx';
import { Compose } from '../posts/compose.tsx';
import { Timeline } from '../posts/timeline.tsx';
import { KeptSection } from '../wire/kept-section.tsx';
import { WireSection } from '../wire/wire-section.tsx';
import type { Person } from './person.ts';
import { StatusLine } from './status-line.tsx';

/** One person's application. */
export function Pane({ person }: { person: Person }) {
  const heading = `${person.name}-heading`;
  return (
    <section class="pane" aria-labelledby={heading}>
      <header>
        <h2 id={heading}>{person.name}</h2>
        <p class="did">{person.did}</p>
      </header>
      <StatusLine person={person} />
      <Compose person={person} />
      <Timeline person={person} />
      <GroupSection person={person} />
      <AccountSection person={person} />
      <KeptSection person={person} />
      <WireSection person={person} />
    </section>
  );
}
