import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import type { Person } from './person.ts';

interface Task {
  readonly person: Person;

  /** What is being done, such as `Adding Bob`. */
  readonly task: string;

  /** Does it and returns the result in a sentence. */
  readonly work: () => Promise<string>;
}

/** A button that does something on behalf of a person. It keeps the focus while the person is busy. */
export function TaskButton({
  person,
  task,
  work,
  danger,
  label,
  children,
}: Task & { danger?: boolean; label?: string; children: ComponentChildren }) {
  const current = useCurrent(work);
  return (
    <button
      type="button"
      class={danger ? 'danger' : undefined}
      aria-disabled={person.isBusy}
      aria-label={label}
      onClick={() => void person.run(task, current)}
    >
      {children}
    </button>
  );
}

/** A form that does something on behalf of a person when it is submitted. */
export function TaskForm({
  person,
  task,
  work,
  submit,
  danger,
  children,
}: Task & { submit: string; danger?: boolean; children: ComponentChildren }) {
  const current = useCurrent(work);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void person.run(task, current);
      }}
    >
      {children}
      <button type="submit" class={danger ? 'danger' : undefined} aria-disabled={person.isBusy}>
        {submit}
      </button>
    </form>
  );
}

/** Runs the work as it is when it runs: trying again uses what is in the form by then. */
function useCurrent(work: () => Promise<string>): () => Promise<string> {
  const latest = useRef(work);
  latest.current = work;
  return () => latest.current();
}
