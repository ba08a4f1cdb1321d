import type { ComponentChildren } from 'preact';
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
  children,
}: Task & { danger?: boolean; children: ComponentChildren }) {
  return (
    <button
      type="button"
      class={danger ? 'danger' : undefined}
      aria-disabled={person.isBusy}
      onClick={() => void person.run(task, work)}
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
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void person.run(task, work);
      }}
    >
      {children}
      <button type="submit" class={danger ? 'danger' : undefined} aria-disabled={person.isBusy}>
        {submit}
      </button>
    </form>
  );
}
