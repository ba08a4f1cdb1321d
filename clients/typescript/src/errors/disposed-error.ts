/** The client, session or key was disposed, and cannot be used any more. */
export class DisposedError extends Error {
  override readonly name = 'DisposedError';

  constructor() {
    super('The client, session or key was disposed.');
  }
}
