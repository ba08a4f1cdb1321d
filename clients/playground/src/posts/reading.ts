import type { Failure } from '../failures/failure.ts';

/** What became of a post that a person tried to read: its text, or why not. */
export type Reading = { readonly text: string } | { readonly failure: Failure };
