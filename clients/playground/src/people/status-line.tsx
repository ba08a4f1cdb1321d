import type { Failure } from '../failures/failure.ts';
import { useSecondsUntil } from '../failures/seconds-until.ts';
import type { Person } from './person.ts';
import type { Status } from './status.ts';
import { useFocusInstead } from './use-focus-instead.ts';

/** What the person's application is doing, announced by screen readers, with what to do after a failure. */
export function StatusLine({ person }: { person: Person }) {
  const status = person.status.value;
  const element = useFocusInstead(status);
  return (
    <div class={`status ${status.kind}`} ref={element} tabIndex={-1}>
      <div role="status">
        <StatusText person={person} status={status} />
      </div>
      {status.kind === 'failed' && <Remedy person={person} status={status} />}
    </div>
  );
}

function StatusText({ person, status }: { person: Person; status: Status }) {
  switch (status.kind) {
    case 'idle':
      return <p>{person.name}’s app is logged in.</p>;
    case 'busy':
      return <p>{status.task} …</p>;
    case 'done':
      return <p>{status.result}</p>;
    case 'failed':
      return <FailureText what={`${status.task} failed`} failure={status.failure} />;
  }
}

export function FailureText({ what, failure }: { what: string; failure: Failure }) {
  return (
    <>
      <p>
        {what}: <strong>{failure.name}</strong>
      </p>
      <p>{failure.message}</p>
      <p>{failure.advice}</p>
    </>
  );
}

type Failed = Extract<Status, { kind: 'failed' }>;

/** Not in the live region, which would announce every second of the countdown. */
function Remedy({ person, status: { failure, retry } }: { person: Person; status: Failed }) {
  const seconds = useSecondsUntil(failure.retryAt);
  const logIn = async () => {
    await person.run('Logging in', async () => {
      await person.logInAgain();
      return 'Logged in again.';
    });
    if (person.status.value.kind === 'done') await retry();
  };
  const again = async () => {
    if (seconds === 0) await retry();
  };
  switch (failure.remedy) {
    case 'log in':
      return (
        <button type="button" onClick={() => void logIn()}>
          Log in and try again
        </button>
      );
    case 'try again':
      return (
        <button type="button" aria-disabled={seconds > 0} onClick={() => void again()}>
          Try again{seconds > 0 && ` in ${seconds} s`}
        </button>
      );
    default:
      return null;
  }
}
