import type { Failure } from '../failures/failure.ts';

/** What one person's application is doing, or has just done. */
export type Status =
  | { readonly kind: 'idle' }
  | { readonly kind: 'busy'; readonly task: string }
  | { readonly kind: 'done'; readonly result: string }
  | {
      readonly kind: 'failed';
      readonly task: string;
      readonly failure: Failure;
      readonly retry: () => Promise<void>;
    };
