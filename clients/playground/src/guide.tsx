/** What a newcomer can try, in an order that shows what the product does. */
export function Guide() {
  return (
    <section class="guide" aria-labelledby="guide-heading">
      <h2 id="guide-heading">Three people, three apps, one keyserver</h2>
      <p>
        Each column is the app of one person, with its own session at the PDS and its own client of
        the keyserver. All have the same buttons: the server decides who may do what.
      </p>
      <details open>
        <summary>What to try</summary>
        <ol>
          <li>Alice creates the group “friends” and posts. Below, look at what everyone sees.</li>
          <li>Bob and Mallory read the posts: the server gives them no key.</li>
          <li>Alice adds both. Now they can read.</li>
          <li>
            Alice removes Mallory, with rotation, and posts again. Mallory’s app still has the old
            key, and cannot read the new post.
          </li>
          <li>
            Mallory copies Alice’s post into her own feed. Bob’s app does not accept the copy.
          </li>
          <li>Alice lets Bob add members. Bob adds Mallory, but cannot remove her.</li>
          <li>Alice reads the access log, and exports her data.</li>
          <li>
            Alice deletes her account, and with it the keys of her groups. Once Bob’s app has
            forgotten them, nobody can read these posts.
          </li>
        </ol>
      </details>
    </section>
  );
}
