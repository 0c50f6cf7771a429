import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { createLoaderRunner } from '../../src/platform/code/loader-runner.ts';
import { createQuickJsRunner } from '../../src/platform/code/quickjs-runner.ts';
import { describeCodeRunner, runCode } from './code-runner.ts';

const quickjs = createQuickJsRunner();
describeCodeRunner('QuickJS', quickjs);
describeCodeRunner('Worker Loader', createLoaderRunner(env.TEST_LOADER));

// The local Worker Loader has no bound on CPU time and memory: such code would stop the tests.
describe('code that does not end on QuickJS', () => {
  const time_ms = 300;

  it.each([
    'for (;;);',
    'for (;;) try { for (;;); } catch {} finally { continue }',
    'for (;;) await 0',
    'const f = () => Promise.resolve().then(f); await f()',
    'return /^(a+)+$/.test("a".repeat(40) + "b")',
    'return { toJSON() { for (;;); } }',
    'return { then() { for (;;); } }',
    'throw { get name() { for (;;); }, toString() { for (;;); }, toJSON() { for (;;); } }',
    'const a = Array.from({ length: 1e5 }, (_, i) => i); for (;;) a.sort(() => Math.random() - 0.5)',
  ])('is stopped at its limit: %s', async (code) => {
    const { error } = await runCode(quickjs, code, { limits: { time_ms } });
    expect(error?.type).toMatch(/^(timeout|out_of_memory)$/);
  });

  it('keeps its console', async () => {
    const limits = { time_ms: 2000 };
    const { error, logs } = await runCode(quickjs, "console.log('before'); for (;;);", { limits });
    expect(error?.type).toBe('timeout');
    expect(logs).toEqual([{ level: 'log', text: 'before' }]);
  });

  it.each([
    'const a = []; for (;;) a.push(new Uint8Array(2 ** 20))',
    'const a = []; for (;;) a.push({ a: [1, 2, 3] })',
    'let s = "x"; for (;;) s += s',
    'return [..."x".repeat(2 ** 24)].length',
    'try { new Uint8Array(2 ** 26) } catch { return 1 }',
  ])('does not get more memory: %s', async (code) => {
    const { error } = await runCode(quickjs, code);
    expect(error?.type).toBe('out_of_memory');
  });

  it('counts the loops of the functions of the engine', async () => {
    const prepare = 'const a = new Array(1e6).fill(1);';
    const limits = { time_ms: 5000 };
    const { ticks: before } = await runCode(quickjs, prepare, { limits });
    const again = `${prepare} for (let i = 0; i < 20; i++) a.reverse();`;
    const { ticks } = await runCode(quickjs, again, { limits });
    expect((ticks ?? 0) - (before ?? 0)).toBeGreaterThan(50);
  });

  it('counts the same work as the same number of ticks', async () => {
    const code = 'let s = 0; for (let i = 0; i < 3e5; i++) s += i % 7; return s';
    const [a, b] = [await runCode(quickjs, code), await runCode(quickjs, code)];
    expect(a.ticks).toBeGreaterThan(50);
    expect(b.ticks).toBe(a.ticks);
    // Where the clock stands still, the ticks are the limit.
    const { error } = await runCode(quickjs, code, { limits: { time_ms: (a.ticks ?? 0) / 20 } });
    expect(error?.type).toBe('timeout');
  });
});

describe('limits on the Worker Loader', () => {
  it('are those of the job, with no network, bindings or modules of Node, in a Worker of its own', async () => {
    const loaded: WorkerLoaderWorkerCode[] = [];
    const fake = {
      load(code: WorkerLoaderWorkerCode) {
        loaded.push(code);
        const refuse = async () => {
          throw new Error('Worker exceeded CPU time limit.');
        };
        return { getEntrypoint: () => ({ fetch: refuse }) };
      },
      get: () => {
        throw new Error('a cached Worker keeps its globals');
      },
    };
    const runner = createLoaderRunner(fake as unknown as WorkerLoader);
    const { error } = await runCode(runner, 'for (;;);', { limits: { time_ms: 1500 } });
    expect(error).toMatchObject({ type: 'timeout', message: expect.stringContaining('1500 ms') });
    expect(loaded).toHaveLength(1);
    expect(loaded[0]).toMatchObject({
      ...{ env: {}, globalOutbound: null, limits: { cpuMs: 1500, subRequests: 1 } },
      compatibilityFlags: ['no_nodejs_compat', 'no_nodejs_compat_v2'],
    });
  });

  it('lets four run at once, and the others wait', async () => {
    let [running, most] = [0, 0];
    const releases: (() => void)[] = [];
    const answer = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => releases.push(resolve));
      running -= 1;
      return Response.json({ outcome: '{"result":1}', logs: [], written: [] });
    };
    const fake = { load: () => ({ getEntrypoint: () => ({ fetch: answer }) }) };
    const runner = createLoaderRunner(fake as unknown as WorkerLoader);
    const runs = Array.from({ length: 9 }, () => runCode(runner, 'return 1'));
    for (let left = 9; left > 0; left -= 1) {
      await vi.waitUntil(() => releases.length > 0, { timeout: 150_000 });
      releases.shift()?.();
    }
    expect((await Promise.all(runs)).map(({ result }) => result)).toEqual(Array(9).fill(1));
    expect(most).toBe(4);
  });

  it('takes nothing but an outcome from a reply', async () => {
    const replies = [
      '{"outcome":"{\\"result\\":1}","logs":[["log","a"]],"written":[["../x.csv","a",null]]}',
      '{"outcome":5,"logs":[],"written":[]}',
      '{}',
      'nonsense',
      '',
    ];
    for (const reply of replies) {
      const fetch = async () => new Response(reply);
      const fake = { load: () => ({ getEntrypoint: () => ({ fetch }) }) };
      const outcome = await runCode(createLoaderRunner(fake as unknown as WorkerLoader), '1');
      expect(outcome, reply).toMatchObject({ ok: false, files: [], result: null });
    }
  });
});
