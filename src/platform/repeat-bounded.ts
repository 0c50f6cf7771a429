/**
 * Runs periodic work in bounded steps: `step` handles at most `limit` items and returns how many. Repeats
 * while a step was full, at most `rounds` times; the rest waits for the next tick. Returns the total.
 */
export async function repeatBounded(
  rounds: number,
  limit: number,
  step: () => Promise<number>,
): Promise<number> {
  let done = 0;
  for (let round = 0; round < rounds; round += 1) {
    const some = await step();
    done += some;
    if (some < limit) break;
  }
  return done;
}
