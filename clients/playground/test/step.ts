/** Runs one step of a story and prints its name, so that a failure shows where. */
export async function step(name: string, play: () => Promise<void>): Promise<void> {
  console.log(name);
  await play();
}
