import { useWorld } from '../world-context.ts';

/** The posts as everybody sees them who has no key: the network, the PDS and the keyserver too. */
export function Network() {
  const world = useWorld();
  const posts = world.posts.value;
  return (
    <section class="network" aria-labelledby="network-heading">
      <h2 id="network-heading">What everyone sees</h2>
      <p>
        Posts are public records at the PDS, and stay public. Without a key they show who wrote for
        which group, and when; not what.
      </p>
      {posts.length === 0 && <p class="hint">No posts yet.</p>}
      {posts.map(({ uri, author, record }) => (
        <article key={uri}>
          <h3>
            {world.nameOf(author)}, {new Date(record.createdAt).toLocaleTimeString()}
          </h3>
          <p class="ciphertext">{record.encrypted.ciphertext}</p>
          <details>
            <summary>The whole record</summary>
            <pre>{JSON.stringify({ uri, record }, null, 2)}</pre>
          </details>
        </article>
      ))}
    </section>
  );
}
