import { abortAllDurableObjects } from 'cloudflare:test';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Answer, newWorkspace, request, type Workspace } from '../support/api.ts';
import { openStream, readFrames } from '../support/chat.ts';
import { addText } from '../support/files.ts';
import { playScript } from '../support/provider/client.ts';
import type { Script } from '../support/provider/script.ts';
import { countRows } from '../support/rows.ts';
import { parseList } from '../support/structured-fields.ts';

afterEach(() => void vi.useRealTimers());

/** The middle of a minute, so that no window rolls by itself. */
const noon = Date.UTC(2027, 2, 14, 12, 0, 18);
const at = (time: number) => vi.useFakeTimers({ toFake: ['Date'], now: time });

const answers: Script = {
  rounds: [{ text: ['An ', 'answer.'], usage: { input_tokens: 100, output_tokens: 50 } }],
  repeat: true,
};
const slowly: Script = {
  rounds: [{ ...answers.rounds[0], fault: { kind: 'drip', bytes: 60, ms: 40 } }],
  repeat: true,
};
const never: Script = {
  rounds: [{ text: ['An ', 'answer.'], fault: { kind: 'stall', events: 3 } }],
  repeat: true,
};

async function furnished(script: Script = answers) {
  const workspace = await newWorkspace();
  const scripted = await playScript(script);
  const { openai, compatible } = scripted.base_url;
  await workspace.put('/providers/openai-compatible', {
    api_key: scripted.api_key,
    base_url: compatible,
  });
  await workspace.put('/providers/openai', { api_key: scripted.api_key, base_url: openai });
  const { body: base } = await workspace.post('/knowledge-bases', {
    name: 'Base',
    embedding_model: 'openai/text-embedding-3-large',
  });
  await addText(workspace, base.id, 'hours.txt', 'Open from nine to five.');
  const { body: agent } = await workspace.post('/agents', {
    name: 'Agent',
    config: { model: 'openai-compatible/m', knowledge: { base_ids: [] } },
  });
  const session = async (end_user_id = 'ada') =>
    (await workspace.post(`/agents/${agent.id}/sessions`, { end_user_id })).body.id as string;
  return { workspace, scripted, base: base.id as string, agent: agent.id as string, session };
}
type World = Awaited<ReturnType<typeof furnished>>;

const openAi = ({ key }: Workspace, path: string, json: object) =>
  request('POST', `/v1${path}`, key, { json });

type Way = (world: World, end_user: string) => Promise<Answer>;

/** Every way to a model that somebody waits for, on behalf of an end user where it can be. */
const ways: Readonly<Record<string, Way>> = {
  'a message': async ({ workspace, session }, user) =>
    workspace.post(`/sessions/${await session(user)}/messages`, { message: 'Hello?' }),
  'the AI SDK chat': async ({ workspace, session }, user) => {
    const messages = [{ id: 'm1', role: 'user', parts: [{ type: 'text', text: 'Hello?' }] }];
    return workspace.post('/chat', {
      id: await session(user),
      messages,
      trigger: 'submit-message',
    });
  },
  'a one-shot run': ({ workspace, agent }, user) =>
    workspace.post(`/agents/${agent}/runs`, { message: 'Hello?', end_user_id: user }),
  'chat completions': ({ workspace, agent }, user) =>
    openAi(workspace, '/chat/completions', {
      model: agent,
      user,
      messages: [{ role: 'user', content: 'Hello?' }],
    }),
  responses: ({ workspace, agent }, user) =>
    openAi(workspace, '/responses', { model: agent, user, input: 'Hello?' }),
  embeddings: ({ workspace }, user) =>
    openAi(workspace, '/embeddings', {
      model: 'openai/text-embedding-3-large',
      user,
      input: 'some text',
    }),
};
const search: Way = ({ workspace, base }) =>
  workspace.post(`/knowledge-bases/${base}/search`, { query: 'opening hours' });

function expectRefusal(answer: Answer, policy: string) {
  expect([answer.status, JSON.stringify(answer.body)]).toEqual([
    429,
    expect.stringContaining(`"name":"${policy}"`),
  ]);
  const standing = parseList(answer.headers.get('ratelimit') ?? '').find(
    ({ value }) => value === policy,
  );
  expect(standing?.parameters.r).toBe(0);
  expect(answer.headers.get('retry-after')).toBe(String(standing?.parameters.t));
}

describe('tokens per minute', () => {
  it.each(Object.entries({ ...ways, 'a search': search }))(
    'close every way to a model, and open it again: %s',
    async (_name, call) => {
      at(noon);
      const world = await furnished();
      await world.workspace.put('/rate-limits', { api_key: { default: { tokens_per_minute: 1 } } });
      const first = await call(world, 'ada');
      expect(first.status, JSON.stringify(first.body)).toBeLessThan(300);
      const policy = parseList(first.headers.get('ratelimit-policy') ?? '').find(
        ({ value }) => value === 'key-tokens',
      );
      expect(policy?.parameters).toEqual({ q: 1, qu: 'tokens', w: 60 });
      const asked = (await world.scripted.requests()).length;
      expectRefusal(await call(world, 'ada'), 'key-tokens');
      expect((await world.scripted.requests()).length).toBe(asked);
      vi.setSystemTime(noon + 60_000);
      expect((await call(world, 'ada')).status).toBeLessThan(300);
    },
  );

  it('store nothing of a refused message', async () => {
    at(noon);
    const world = await furnished();
    await world.workspace.put('/rate-limits', { agent: { default: { tokens_per_minute: 0 } } });
    const session = await world.session();
    expectRefusal(
      await world.workspace.post(`/sessions/${session}/messages`, { message: 'Hello?' }),
      'agent-tokens',
    );
    expect(await countRows('messages', world.workspace.id)).toBe(0);
    expect(await countRows('runs', world.workspace.id)).toBe(0);
  });
});

describe('requests of an end user', () => {
  it.each(Object.entries(ways))(
    'are counted apart from those of others: %s',
    async (_name, call) => {
      at(noon);
      const world = await furnished();
      await world.workspace.put('/rate-limits', {
        end_user: {
          default: { requests_per_day: 1 },
          overrides: [{ id: 'vip', requests_per_day: null }],
        },
      });
      const first = await call(world, 'ada');
      expect(first.status, JSON.stringify(first.body)).toBeLessThan(300);
      expectRefusal(await call(world, 'ada'), 'end-user-day');
      for (const user of ['bob', 'vip', 'vip'])
        expect((await call(world, user)).status, user).toBeLessThan(300);
      expectRefusal(await call(world, 'bob'), 'end-user-day');
    },
  );

  it('do not limit the replay of a stored answer', async () => {
    at(noon);
    const { workspace, agent } = await furnished();
    await workspace.put('/rate-limits', { end_user: { default: { requests_per_minute: 1 } } });
    const ask = (key: string) =>
      workspace.post(
        `/agents/${agent}/runs`,
        { message: 'Hello?', end_user_id: 'ada' },
        { headers: { 'idempotency-key': key } },
      );
    const first = await ask('one');
    const again = await ask('one');
    expect([first.status, again.status, again.body.run_id]).toEqual([200, 200, first.body.run_id]);
    expectRefusal(await ask('two'), 'end-user-minute');
  });
});

describe('concurrent runs', () => {
  it('never exceed the limit under concurrency, and are released when they end', async () => {
    const world = await furnished(slowly);
    await world.workspace.put('/rate-limits', { agent: { default: { concurrent_runs: 5 } } });
    for (let round = 0; round < 2; round += 1) {
      const all = await Promise.all(
        Array.from({ length: 20 }, () => (ways['a one-shot run'] as Way)(world, 'ada')),
      );
      const refused = all.filter(({ status }) => status !== 200);
      expect(refused).toHaveLength(15);
      for (const answer of refused) {
        expectRefusal(answer, 'agent-runs');
        expect(parseList(answer.headers.get('ratelimit-policy') ?? '')).toEqual([
          { value: 'agent-runs', parameters: { q: 5, qu: 'concurrent-requests' } },
        ]);
      }
    }
  });

  it('count after a crash of limiter and hosts until their leases expire', async () => {
    at(noon);
    const { workspace, agent, session } = await furnished(never);
    await workspace.put('/rate-limits', { end_user: { default: { concurrent_runs: 1 } } });
    const stream = await openStream(workspace, 'POST', `/sessions/${await session()}/messages`, {
      json: { message: 'Hello?' },
    });
    await readFrames(stream, (frames) => frames.length > 0);
    await abortAllDurableObjects();
    const ask = () =>
      openStream(workspace, 'POST', `/agents/${agent}/runs`, {
        json: { message: 'Hello?', end_user_id: 'ada' },
      });
    const during = await ask();
    expect(during.status).toBe(429);
    await during.body?.cancel();
    vi.setSystemTime(noon + 31_000);
    const after = await ask();
    expect(after.status).toBe(200);
    await readFrames(after, (frames) => frames.length > 0);
  });

  it('are released when a run is cancelled or fails', async () => {
    const { workspace, agent, session } = await furnished({
      rounds: [{ fault: { kind: 'status', status: 400 } }, ...never.rounds],
      repeat: true,
    });
    await workspace.put('/rate-limits', { workspace: { concurrent_runs: 1 } });
    expect((await workspace.post(`/agents/${agent}/runs`, { message: 'Hello?' })).status).toBe(502);
    const stream = await openStream(workspace, 'POST', `/sessions/${await session()}/messages`, {
      json: { message: 'Hello?' },
    });
    const frames = await readFrames(stream, (seen) =>
      seen.some(({ data }) => data.type === 'text-delta'),
    );
    const run = frames.find(({ data }) => data.type === 'data-run')?.data.data.id;
    expect((await workspace.post(`/runs/${run}/cancel`)).status).toBeLessThan(300);
    const next = await openStream(workspace, 'POST', `/sessions/${await session()}/messages`, {
      json: { message: 'Hello?' },
    });
    expect(next.status).toBe(200);
    await readFrames(next, (seen) => seen.length > 0);
  });
});
