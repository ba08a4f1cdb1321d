/** What the user entered is invalid. No call was made. */
export class InputError extends Error {
  override readonly name = 'Invalid input';
}

/** Checks input with a function of the client, which throws other errors for it. */
export function checkInput<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError)
      throw new InputError(error.message);
    throw error;
  }
}
