import { useId } from 'preact/hooks';
import type { Person } from '../people/person.ts';
import { useWorld } from '../world-context.ts';

/** Chooses one of the other people. */
export function PersonChoice({
  label,
  person,
  chosen,
  onChoice,
}: {
  label: string;
  person: Person;
  chosen: string;
  onChoice: (did: string) => void;
}) {
  const world = useWorld();
  const id = useId();
  return (
    <>
      <label for={id}>{label}</label>
      <select id={id} value={chosen} onChange={(event) => onChoice(event.currentTarget.value)}>
        {world.othersThan(person).map(({ did, name }) => (
          <option key={did} value={did}>
            {name}
          </option>
        ))}
      </select>
    </>
  );
}
