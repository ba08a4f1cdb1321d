/** The client or session was disposed, and cannot be used any more. */
export class ClientDisposedError extends Error {
  override readonly name = 'ClientDisposedError';

  constructor() {
    super('The keyserver client or session was disposed.');
  }
}
