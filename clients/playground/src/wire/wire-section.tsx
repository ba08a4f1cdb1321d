import type { Person } from '../people/person.ts';
import { useWorld } from '../world-context.ts';
import { methodOf, purposeOf } from './describe.ts';
import type { Exchange } from './recorder.ts';

/** What goes over the wire, newest first, without secrets. */
export function WireSection({ person }: { person: Person }) {
  const exchanges = person.wire.exchanges.value;
  return (
    <details>
      <summary>
        <h3>On the wire</h3>
      </summary>
      <p class="hint">
        Newest first. Secrets are hidden here; in production, TLS hides the content.
      </p>
      <ol class="wire">
        {exchanges.map((exchange) => (
          <ExchangeItem key={exchange.id} exchange={exchange} />
        ))}
      </ol>
    </details>
  );
}

function ExchangeItem({ exchange }: { exchange: Exchange }) {
  const world = useWorld();
  const { host, verb, path, request, outcome, isFailure, response } = exchange;
  const { repo } = request;
  const to = new URL(world.stack.pds).host === host ? 'PDS' : 'keyserver';
  return (
    <li class={isFailure ? 'failure' : undefined}>
      <details>
        <summary>
          To the {to}: {purposeOf(path)}
          {methodOf(path) === 'repo.listRecords' && ` of ${world.nameOf(String(repo))}`}.{' '}
          <span class="outcome">{outcome}</span>
        </summary>
        <p>
          {verb} {methodOf(path)}
        </p>
        <pre>{shortened(request)}</pre>
        {response !== undefined && <pre>{shortened(response)}</pre>}
      </details>
    </li>
  );
}

/** The first 2,000 characters. */
function shortened(json: unknown): string {
  const text = JSON.stringify(json, null, 2);
  return text.length <= 2000 ? text : `${text.slice(0, 2000)} …`;
}
