/**
 * Periodic work in bounded steps: `step` does at most `limit` things and says how many it did. Goes on while
 * there was more, at most `rounds` times: what is left then waits for the next tick. Returns how many were done.
 */
export async function inRounds(
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
