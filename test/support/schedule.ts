import { schedule } from '../../src/features.ts';
import { runSchedule as run } from '../../src/jobs/index.ts';

type Period = keyof typeof schedule;

/** The schedule with the named tasks alone: each of the others has a round trip at least, and nothing to do in the test. */
function only(names: readonly string[]): typeof schedule {
  const select = (period: Period) => schedule[period].filter(({ name }) => names.includes(name));
  const selected = { everyMinute: select('everyMinute'), everyHour: select('everyHour') };
  const known = Object.values(schedule).flatMap((tasks) => tasks.map(({ name }) => name));
  for (const name of names) if (!known.includes(name)) throw new Error(`No task ${name}`);
  return selected;
}

/** Runs the tasks of a cron expression as the Worker's `scheduled` handler does; with `names`, those alone. */
export const runSchedule = (
  cron: string,
  env: Env,
  execution: ExecutionContext,
  names?: readonly string[],
): Promise<void> => run(names === undefined ? schedule : only(names), cron, env, execution);
