import { useSecondsUntil } from '../failures/seconds-until.ts';
import type { Person } from './person.ts';

/** What the person's application is doing: announced by screen readers, with what to do after a failure. */
export function StatusLine({ person }: { person: Person }) {
  const status = person.status.value;
  return (
    <div class={`status ${status.kind}`} role="status">
      {status.kind === 'idle' && <p>{person.name}’s app is logged in.</p>}
      {status.kind === 'busy' && <p>{status.task} …</p>}
      {status.kind === 'done' && <p>{status.result}</p>}
      {status.kind === 'failed' && <FailedTask person={person} status={status} />}
    </div>
  );
}

type Failed = Extract<Person['status']['value'], { kind: 'failed' }>;

function FailedTask({
  person,
  status: { task, failure, retry },
}: {
  person: Person;
  status: Failed;
}) {
  const seconds = useSecondsUntil(failure.retryAt);
  const again = async () => {
    if (seconds === 0) await retry();
  };
  const logIn = async () => {
    await person.run('Logging in', async () => {
      await person.logInAgain();
      return 'Logged in again.';
    });
    if (person.status.value.kind === 'done') await retry();
  };
  return (
    <>
      <p>
        {task} failed: <strong>{failure.name}</strong>
      </p>
      <p>{failure.message}</p>
      <p>{failure.advice}</p>
      {failure.needsLogIn ? (
        <button type="button" onClick={() => void logIn()}>
          Log in and try again
        </button>
      ) : (
        <button type="button" aria-disabled={seconds > 0} onClick={() => void again()}>
          Try again{seconds > 0 && ` in ${seconds} s`}
        </button>
      )}
    </>
  );
}
