import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { payloads, publish, receiving } from '../notifications/support.ts';
import { newChat } from '../support/chat.ts';
import { addOrderTools } from '../support/orders.ts';
import { countRows } from '../support/rows.ts';
import { laterTick, reads, replayIn, says, setPrice } from './recorded.ts';

const writes = {
  text: [''],
  tool_calls: [{ id: 'call_9', name: 'change_order', arguments: { order: '8' } }],
};

describe('a shadow', () => {
  it('answers a share of live turns in the background, and changes nothing of them', async () => {
    const { workspace, agent, session, send } = await newChat({
      rounds: [
        ...[says('Hello.'), says('Hello again.'), reads('7'), says('On Monday.')],
        ...[reads('7'), says('On Tuesday.'), says('Bye.')],
      ],
      repeat: true,
    });
    await setPrice(workspace);
    const shop = await addOrderTools(workspace);
    await workspace.patch(`/agents/${agent}`, {
      config: { tools: ['read_order', 'change_order'], approvals: { write: 'always' } },
    });
    await send({ message: 'Hi' });
    const trips = (await send({ message: 'Hi again' })).headers.get('server-timing');
    const started = await workspace.post(`/agents/${agent}/shadows`, {
      ...{ share: 1, config: { instructions: 'Be polite.' } },
    });
    expect(started.status, JSON.stringify(started.body)).toBe(201);
    const path = `/shadows/${started.body.id}`;
    // The turn before the shadow is not its own; move it before the start.
    await env.DB.prepare('update runs set ended_at = ended_at - 600000 where workspace_id = ?')
      .bind(workspace.id)
      .run();
    const second = await send({ message: 'Where is order 7?' });
    expect(second.body.text).toBe('On Monday.');
    const said = async () =>
      (await workspace.get(`/sessions/${session}/messages`)).body.data.map(
        ({ id, text }: { id: string; text: string }) => [id, text],
      );
    const before = await said();
    const calls = (await shop.calls()).length;
    // Shadows of other workspaces have their turns in the same ticks.
    await vi.waitFor(
      async () => {
        await laterTick(workspace);
        expect((await workspace.get(path)).body.figures.done).toBe(1);
      },
      { timeout: 120_000, interval: 500 },
    );
    const { data } = (await workspace.get(`${path}/turns`)).body;
    expect(data).toHaveLength(1);
    expect(data[0]).toMatchObject({
      question: 'Where is order 7?',
      original: { answer: 'On Monday.' },
      replay: { answer: 'On Tuesday.', status: 'completed' },
    });
    expect(data[0].replay.tools).toEqual([
      { name: 'read_order', source: 'recorded', is_cut: false },
    ]);
    expect(await shop.calls()).toHaveLength(calls);
    expect(await said()).toEqual(before);
    // The run of the shadow is not given to it again.
    await laterTick(workspace);
    expect((await workspace.get(path)).body.figures.turns).toBe(1);
    // A turn makes as many round trips as without a shadow.
    const third = await send({ message: 'Thanks' });
    const tripsOf = (timing: string | null) => /(\d+) trips/.exec(timing ?? '')?.[1];
    expect(tripsOf(third.headers.get('server-timing'))).toBe(tripsOf(trips));
    expect((await workspace.post(`${path}/pause`)).body.status).toBe('paused');
    await laterTick(workspace);
    expect(await countRows('replay_turns', workspace.id)).toBe(1);
    expect((await workspace.post(`${path}/resume`, {})).body.status).toBe('running');
    expect((await workspace.post(`${path}/stop`)).body.status).toBe('cancelled');
    expect((await workspace.post(`${path}/stop`)).status).toBe(409);
    expect((await workspace.get(`/replays/${started.body.id}`)).status).toBe(404);
    expect((await workspace.get('/shadows')).body.data).toHaveLength(1);
  });

  it('simulates calls that would change something, and pauses at its cost limit', async () => {
    const { workspace, agent, send } = await newChat({
      rounds: [says('Hello.'), writes, says('Changed.')],
    });
    await setPrice(workspace);
    const shop = await addOrderTools(workspace);
    await workspace.patch(`/agents/${agent}`, { config: { tools: ['change_order'] } });
    const receiver = await receiving(workspace, ['shadow.*']);
    const { body } = await workspace.post(`/agents/${agent}/shadows`, {
      ...{ share: 1, max_cost_usd: 0.00001 },
    });
    await send({ message: 'Hi' });
    await laterTick(workspace);
    const paused = await replayIn(workspace, `/shadows/${body.id}`, 'paused');
    expect(paused).toMatchObject({
      error: { code: 'cost_limit' },
      figures: { done: 1, misses: 0 },
    });
    const [turn] = (await workspace.get(`/shadows/${body.id}/turns`)).body.data;
    expect(turn.replay.tools).toEqual([
      { name: 'change_order', source: 'simulated', is_cut: false },
    ]);
    expect(await shop.calls()).toEqual([]);
    expect((await workspace.post(`/shadows/${body.id}/resume`, { max_cost_usd: 1 })).status).toBe(
      200,
    );
    // A person who pauses it knows.
    expect((await workspace.post(`/shadows/${body.id}/pause`)).status).toBe(200);
    await publish(workspace);
    expect(await payloads(receiver)).toMatchObject([
      { type: 'shadow.paused', data: { replay_id: body.id, turns: 1, done: 1 } },
    ]);
  });
});
