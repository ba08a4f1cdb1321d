import { useEffect, useState } from 'preact/hooks';
import { type Failure, failureOf } from './failures/failure.ts';
import { Guide } from './guide.tsx';
import { Pane } from './people/pane.tsx';
import { FailureText } from './people/status-line.tsx';
import { Network } from './posts/network.tsx';
import { findStack } from './stack/stack.ts';
import { newSuffix, storedSuffix } from './stack/suffix.ts';
import { World } from './world.ts';
import { WorldContext } from './world-context.ts';

type State = 'opening' | { readonly failure: Failure } | { readonly world: World };

/** The page: opens the world, then shows it. */
export function App() {
  const [suffix, setSuffix] = useState(storedSuffix);
  const [attempt, setAttempt] = useState(0);
  const [state, setState] = useState<State>('opening');

  useEffect(() => {
    let world: World | undefined;
    let isGone = false;
    const open = async () => {
      world = await World.open(await findStack(), suffix);
      if (isGone) world.dispose();
      else setState({ world });
    };
    setState('opening');
    open().catch((error: unknown) => {
      if (!isGone) setState({ failure: failureOf(error) });
    });
    return () => {
      isGone = true;
      world?.dispose();
    };
  }, [suffix, attempt]);

  return (
    <>
      <header class="top">
        <h1>Keyserver playground</h1>
        <button type="button" onClick={() => setSuffix(newSuffix())}>
          Start over with new people
        </button>
      </header>
      <main>
        {state === 'opening' && <p role="status">Alice, Bob and Mallory are logging in …</p>}
        {typeof state === 'object' && 'failure' in state && (
          <NotOpened failure={state.failure} onRetry={() => setAttempt(attempt + 1)} />
        )}
        {typeof state === 'object' && 'world' in state && <Opened world={state.world} />}
      </main>
    </>
  );
}

function NotOpened({ failure, onRetry }: { failure: Failure; onRetry: () => void }) {
  return (
    <div class="status failed" role="alert">
      <FailureText what="The playground cannot start" failure={failure} />
      <button type="button" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}

function Opened({ world }: { world: World }) {
  return (
    <WorldContext.Provider value={world}>
      <Guide />
      <div class="panes">
        {world.people.map((person) => (
          <Pane key={person.did} person={person} />
        ))}
      </div>
      <Network />
    </WorldContext.Provider>
  );
}
