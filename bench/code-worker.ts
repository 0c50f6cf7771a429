// The worker of `npm run bench:code`: runs tasks as plain functions and in both sandboxes. No other module imports it.
import { createLoaderRunner } from '../src/platform/code/loader-runner.ts';
import { createQuickJsRunner } from '../src/platform/code/quickjs-runner.ts';
import type { CodeRunner } from '../src/platform/ports.ts';

export * from './objects.ts';

type Task = (input: number) => unknown;

/** Each depends on nothing outside of itself, so that its text can run anywhere. */
export const tasks: Readonly<Record<string, Task>> = {
  nothing: () => 1,
  loop: (count) => {
    let sum = 0;
    for (let index = 0; index < count; index += 1) sum += index % 7;
    return sum;
  },
  calls: (depth) => {
    const fibonacci = (n: number): number => (n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2));
    return fibonacci(depth);
  },
  sort: (count) => {
    const values = Array.from({ length: count }, (_, index) => (index * 7919) % 10_007);
    return values.sort((a, b) => a - b)[0];
  },
  text: (count) => {
    const lines = Array.from({ length: count }, (_, index) => `city ${index % 9},${index}`);
    const sums: Record<string, number> = {};
    for (const line of lines.join('\n').split('\n')) {
      const [city = '', amount] = line.split(',');
      sums[city] = (sums[city] ?? 0) + Number(amount);
    }
    return Object.keys(sums).length;
  },
};

const limits = { time_ms: 60_000 };

async function measure(way: string, task: Task, input: number, env: { LOADER: WorkerLoader }) {
  if (way === 'function') {
    const start = Date.now();
    task(input);
    return Date.now() - start;
  }
  const runner: CodeRunner =
    way === 'quickjs' ? createQuickJsRunner() : createLoaderRunner(env.LOADER);
  const code = `return (${task})(input)`;
  const start = Date.now();
  const outcome = await runner.run({ code, language: 'javascript', files: [], input, limits });
  if (!outcome.ok) throw new Error(`${way}: ${outcome.error?.message}`);
  return Date.now() - start;
}

export default {
  async fetch(request: Request, env: { LOADER: WorkerLoader }): Promise<Response> {
    const { searchParams } = new URL(request.url);
    const task = tasks[searchParams.get('task') ?? ''];
    if (task === undefined) return new Response('no such task', { status: 404 });
    const count = Number(searchParams.get('count'));
    let total = 0;
    for (let left = count; left > 0; left -= 1)
      total += await measure(
        searchParams.get('way') ?? '',
        task,
        Number(searchParams.get('input')),
        env,
      );
    return new Response(String(total / count));
  },
};
