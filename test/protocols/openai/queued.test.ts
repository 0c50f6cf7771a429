import { abortAllDurableObjects } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type OpenAI from 'openai';
import { describe, expect, it, vi } from 'vitest';
import type { Round } from '../../support/provider/script.ts';
import { runSchedule } from '../../support/schedule.ts';
import { failureOf, type Scene, says, scene } from './support.ts';

const stuck: Round = { ...says('Begun ', 'and more'), fault: { kind: 'stall', events: 5 } };

/** Creates a finished response, a stalled response that continues it, and `waiting` queued responses in the same session. */
async function busy(rounds: readonly Round[], waiting: number) {
  const stage = await scene({ rounds: [says('First.'), stuck, ...rounds] });
  const { client, model } = stage;
  const first = await client.responses.create({ model, input: 'First' });
  const ask = (input: string, options = {}) =>
    client.responses.create(
      { model, input, background: true, previous_response_id: first.id },
      options,
    );
  const active = await ask('Active');
  await vi.waitUntil(async () => (await stage.scripted.requests()).length === 2, {
    timeout: 150_000,
  });
  const queued: OpenAI.Responses.Response[] = [];
  for (let index = 0; index < waiting; index += 1) queued.push(await ask(`Waiting ${index}`));
  return { ...stage, ask, active, queued };
}

const statusOf = async ({ client }: Pick<Scene, 'client'>, { id }: { id: string }) =>
  (await client.responses.retrieve(id)).status;
const toRun = ({ id }: { id: string }) => id.replace('resp_', 'run_');

describe('a background response behind another', () => {
  it('is queued immediately, has a run, and answers in its turn', async () => {
    const stage = await busy([says('Second.'), says('Third.')], 2);
    const { queued, active, client, workspace, model } = stage;
    expect(active.status).toBe('in_progress');
    expect(queued.map(({ status, output, model: name }) => [status, output, name])).toEqual([
      ['queued', [], model],
      ['queued', [], model],
    ]);
    for (const response of queued) {
      expect(await statusOf(stage, response)).toBe('queued');
      const { body } = await workspace.get(`/runs/${toRun(response)}`);
      expect(body).toMatchObject({ status: 'queued', ended_at: null, first_token_ms: null });
    }
    expect((await client.responses.cancel(active.id)).status).toBe('cancelled');
    for (const [index, response] of queued.entries()) {
      await vi.waitUntil(async () => (await statusOf(stage, response)) === 'completed', {
        timeout: 150_000,
      });
      expect((await client.responses.retrieve(response.id)).output_text).toBe(
        ['Second.', 'Third.'][index],
      );
    }
    const asked = (await stage.scripted.requests()).map(({ body }) => JSON.stringify(body));
    expect([asked[2]?.includes('Waiting 0'), asked[3]?.includes('Waiting 1')]).toEqual([
      true,
      true,
    ]);
  });

  it.each(['response', 'run'] as const)(
    'can be cancelled as a %s while it waits, and the next queued response continues',
    async (kind) => {
      const stage = await busy([says('After.')], 2);
      const { client, workspace, active } = stage;
      const [first, second] = stage.queued as [
        OpenAI.Responses.Response,
        OpenAI.Responses.Response,
      ];
      if (kind === 'response')
        expect(await client.responses.cancel(first.id)).toMatchObject({
          id: first.id,
          status: 'cancelled',
          error: null,
        });
      else
        expect((await workspace.post(`/runs/${toRun(first)}/cancel`)).body).toMatchObject({
          status: 'cancelled',
        });
      expect(await statusOf(stage, second)).toBe('queued');
      await client.responses.cancel(active.id);
      await vi.waitUntil(async () => (await statusOf(stage, second)) === 'completed', {
        timeout: 150_000,
      });
      expect(await statusOf(stage, first)).toBe('cancelled');
      expect((await workspace.get(`/runs/${toRun(first)}`)).body.error).toMatchObject({
        code: 'run_cancelled',
      });
      expect(
        JSON.stringify((await stage.scripted.requests()).map(({ body }) => body)),
      ).not.toContain('Waiting 0');
    },
  );

  it('has one run per Idempotency-Key, while it waits and afterwards', async () => {
    const stage = await busy([says('Once.'), says('Other.')], 0);
    const options = { headers: { 'idempotency-key': 'again' } };
    const [one, two] = await Promise.all([
      stage.ask('Waiting', options),
      stage.ask('Waiting', options),
    ]);
    expect([one.id, one.status, two.status]).toEqual([two.id, 'queued', 'queued']);
    const replayed = async () =>
      (await stage.ask('Waiting', options).withResponse()).response.headers.get(
        'idempotent-replayed',
      );
    expect(await replayed()).toBe('true');
    await stage.client.responses.cancel(stage.active.id);
    await vi.waitUntil(async () => (await statusOf(stage, one)) === 'completed', {
      timeout: 150_000,
    });
    expect((await stage.ask('Waiting', options)).id).toBe(one.id);
    expect(await replayed()).toBe('true');
    expect(
      (await stage.ask('Other').withResponse()).response.headers.get('idempotent-replayed'),
    ).toBeNull();
    const row = await env.DB.prepare('select count(*) as runs from runs where workspace_id = ?')
      .bind(stage.workspace.id)
      .first();
    expect(row).toEqual({ runs: 4 });
  });

  it('streams its events from the first when retrieved while it waits', async () => {
    const stage = await busy([says('Heard.')], 1);
    const [queued] = stage.queued as [OpenAI.Responses.Response];
    const reading = stage.client.responses.retrieve(queued.id, { stream: true });
    await stage.client.responses.cancel(stage.active.id);
    const types = [];
    for await (const event of await reading) types.push(event.type);
    expect([types[0], types.at(-1)]).toEqual(['response.created', 'response.completed']);
  });

  it('is closed by the sweep when its host is lost, and its idempotency key starts a new run', async () => {
    const stage = await busy([says('Anew.')], 0);
    const options = { headers: { 'idempotency-key': 'lost' } };
    const queued = await stage.ask('Waiting', options);
    await abortAllDurableObjects();
    await env.DB.prepare(
      'update runs set lease_until = 1 where workspace_id = ? and ended_at is null',
    )
      .bind(stage.workspace.id)
      .run();
    await runSchedule('* * * * *', env, {
      waitUntil: () => undefined,
    } as unknown as ExecutionContext);
    expect(await statusOf(stage, queued)).toBe('failed');
    expect((await stage.workspace.get(`/runs/${toRun(queued)}`)).body).toMatchObject({
      status: 'interrupted',
      error: { code: 'run_interrupted' },
    });
    expect(await statusOf(stage, stage.active)).toBe('failed');
    const again = await stage.ask('Waiting', options);
    await vi.waitUntil(async () => (await statusOf(stage, again)) === 'completed', {
      timeout: 150_000,
    });
    expect((await stage.client.responses.retrieve(again.id)).output_text).toBe('Anew.');
  });

  it('is erased when it or its session is deleted', async () => {
    const stage = await busy([], 2);
    const [first, second] = stage.queued as [OpenAI.Responses.Response, OpenAI.Responses.Response];
    await stage.client.responses.delete(first.id);
    expect((await failureOf(stage.client.responses.retrieve(first.id))).status).toBe(404);
    const { data } = (await stage.workspace.get(`/agents/${stage.agent_id}/sessions`)).body;
    expect((await stage.workspace.delete(`/sessions/${data[0].id}`)).status).toBe(204);
    expect((await failureOf(stage.client.responses.retrieve(second.id))).status).toBe(404);
  });
});
