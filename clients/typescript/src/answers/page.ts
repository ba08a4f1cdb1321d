import { unexpectedAnswer } from '../errors/create.js';

/** A page of a list. A short or empty page is not necessarily the last one. */
export interface Page<T> {
  /** In the server's order. */
  readonly items: readonly T[];

  /** Pass it to get the next page; undefined on the last page. */
  readonly cursor: string | undefined;
}

/** Treats an empty cursor as the end of the list. */
export function pageOf<T>(items: readonly T[], cursor: string | undefined): Page<T> {
  return { items, cursor: cursor || undefined };
}

/** Reads all pages. */
export async function* allItems<T>(
  read: (cursor: string | undefined) => Promise<Page<T>>,
): AsyncGenerator<T, void, undefined> {
  const seen = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    yield* page.items;
    cursor = page.cursor;
    if (cursor !== undefined && seen.has(cursor))
      throw unexpectedAnswer('The server sent the same cursor twice, so the list does not end.');
    if (cursor !== undefined) seen.add(cursor);
  } while (cursor !== undefined);
}
