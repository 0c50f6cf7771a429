import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { simulateUsers } from '../../scripts/demo-experiment-users.ts';
import { openSharedWorkspace } from './support/shared-server.ts';

async function runDemo(...flags: string[]) {
  const child = spawn(process.execPath, ['scripts/demo.ts', ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => printed.push(data.toString('utf8')));
  const [code] = await once(child, 'close');
  return { code, text: printed.join('') };
}

/** Flags for a workspace of its own on a server that is up. */
async function elsewhere(): Promise<string[]> {
  const { url, key } = await openSharedWorkspace();
  return ['--url', url, '--key', key];
}

describe('npm run demo', () => {
  it('with --tools answers a question that needs an HTTP tool and a document, and shows its steps', async () => {
    const { code, text } = await runDemo('--tools');
    expect({ code, text }).toMatchObject({ code: 0 });
    expect(text).toMatch(/not a language model/);
    expect(text).toMatch(/call +demo_order_status \{"order":"4711"\}\n.*call +knowledge_search/);
    expect(text).toMatch(/Landquart.*six weeks.*\[1\]/);
    expect(text).toMatch(/completed in \d+ ms, \d+ \+ \d+ tokens, \$0\.\d+/);
    // Only the last four characters of keys.
    expect(text).not.toMatch(/(?:orders|model)-[0-9a-f]{8}/);
  });

  it('with --agent on a server that is up answers over MCP, runs code on a table, and orders once a person has approved', async () => {
    const { code, text } = await runDemo('--agent', ...(await elsewhere()));
    expect({ code, text }).toMatchObject({ code: 0 });
    expect(text).toMatch(/demo_order_beans \{"kilograms":31\}: .*\n {2}approved/);
    expect(text).toMatch(/six weeks.*\[1\].*P-1/);
    expect(text).toMatch(/beans-per-month\.svg, \d+ bytes, attachment/);
  });

  it('with --experiment on a server that is up ends in a recommendation and a table, and promotes the better version', async () => {
    const { code, text } = await runDemo('--experiment', ...(await elsewhere()));
    expect({ code, text }).toMatchObject({ code: 0 });
    expect(text).toMatch(/variant +users +rated well +95 % interval +difference/);
    expect(text).toMatch(/\n +B +\d+ +\d+\.\d % .*\+\d+\.\d points/);
    expect(text).toMatch(/Recommendation: promote\. `B` is better by `feedback_score`/);
    expect(text).toMatch(/version 2 is active\. A later user reads: .* francs/);
    const looks = [...text.matchAll(/^ +(\d+) users +counted:/gm)].map(([, users]) =>
      Number(users),
    );
    expect(Math.max(...looks)).toBeLessThanOrEqual(200);
    expect(looks).toEqual([...new Set(looks)]);
  });

  it('with --experiment has users that vary, the same for a seed, and prefer the better answers', () => {
    const some = (seed: number) => {
      const users = simulateUsers(seed);
      return Array.from({ length: 500 }, () => users.next().value);
    };
    const share = (answer: string) => {
      const given = some(1).flatMap((user) => user.rate(answer) ?? []);
      expect(given.length).toBeLessThan(500);
      return given.filter((rating) => rating === 'up').length / given.length;
    };
    expect(share('Our Kenya is fruity.')).toBeLessThan(share('Our Kenya costs 14 francs.') - 0.3);
    expect(share('Our Kenya is fruity.')).toBeGreaterThan(0.2);
    const asked = (seed: number) => some(seed).map(({ questions }) => questions);
    expect(asked(1)).toEqual(asked(1));
    expect(asked(1)).not.toEqual(asked(2));
    expect(new Set(asked(1).map((list) => list.join())).size).toBeGreaterThan(10);
  });

  it('explains invalid flags and an unreachable server', async () => {
    expect(await runDemo('--model', 'openai/gpt-5-mini')).toMatchObject({
      code: 1,
      text: expect.stringContaining('--model requires --tools'),
    });
    const dead = await runDemo('--tools', '--url', 'http://127.0.0.1:1', '--key', 'agk_none');
    expect(dead).toMatchObject({
      code: 1,
      text: expect.stringContaining('The demo failed: fetch failed'),
    });
  });
});
