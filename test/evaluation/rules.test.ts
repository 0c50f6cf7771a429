import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { drawOf } from '../../src/evaluation/review/match.ts';
import { newId } from '../../src/shared/id.ts';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { minuteTick, newAgent, newTurn } from './support.ts';

/** Lets the rules of an agent look at all of its turns, as if they had ended a minute ago. */
async function scanAll(workspace: Workspace): Promise<void> {
  await env.DB.batch(
    [
      'update review_scans set scanned_at = 0 where workspace_id = ?',
      'update review_rules set active_from = 0 where workspace_id = ?',
      'update runs set ended_at = ended_at - 60000 where workspace_id = ? and ended_at is not null',
      'update review_scans set run_ended_at = run_ended_at - 60000, feedback_updated_at = feedback_updated_at - 60000 where workspace_id = ?',
      'update feedback set updated_at = updated_at - 60000 where workspace_id = ?',
    ].map((statement) => env.DB.prepare(statement).bind(workspace.id)),
  );
  await minuteTick();
}

const rule = (workspace: Workspace, agent: string, condition: object, rest: object = {}) =>
  workspace.post(`/agents/${agent}/review-rules`, { name: 'Rule', condition, ...rest });

const queue = async (workspace: Workspace) =>
  (await workspace.get('/review-items?limit=100')).body.data;

/** Changes what a run is known for. */
const setRun = (run: string, changes: string) =>
  env.DB.prepare(`update runs set ${changes} where id = ?`).bind(run).run();

describe('review rules', () => {
  it('add each turn once, with every reason, the first rule’s assignee and due time', async () => {
    const workspace = await newWorkspace();
    const agent = await newAgent(workspace);
    const voted = await rule(workspace, agent, { type: 'down_voted' });
    expect(voted.status, JSON.stringify(voted.body)).toBe(201);
    const terms = { assignee: workspace.key_id, due_in_hours: 24 };
    const unsure = (await rule(workspace, agent, { type: 'low_confidence', below: 0.4 }, terms))
      .body.id;
    await rule(workspace, agent, { type: 'no_coverage' });
    await rule(workspace, agent, { type: 'error' });
    await rule(workspace, agent, { type: 'text', contains: ['REFUND'], in: 'question' });
    await rule(workspace, agent, { type: 'cost', above_usd: 0.5 });
    await rule(workspace, agent, { type: 'tool_failed' });
    const turns = {
      plain: await newTurn(workspace, agent, 'Hello?'),
      unsure: await newTurn(workspace, agent, 'Unsure?'),
      text: await newTurn(workspace, agent, 'I want a Refund.'),
      failed: await newTurn(workspace, agent, 'Failed?'),
      dear: await newTurn(workspace, agent, 'Dear?'),
      tool: await newTurn(workspace, agent, 'Tool?'),
      preview: await newTurn(workspace, agent, 'A refund in a preview?'),
    };
    for (const { run } of Object.values(turns))
      await setRun(run, "confidence = 0.9, coverage = 'full'");
    await setRun(turns.unsure.run, "confidence = 0.2, coverage = 'none'");
    await setRun(turns.failed.run, "status = 'failed'");
    await setRun(turns.dear.run, 'cost_nano_usd = 600000000');
    await setRun(turns.preview.run, 'is_preview = 1');
    await env.DB.prepare(
      "insert into run_steps (id, workspace_id, run_id, ordinal, type, name, error, started_at, latency_ms) values (?, ?, ?, 99, 'tool', 'find', 'Failed.', 0, 0)",
    )
      .bind(newId('step'), workspace.id, turns.tool.run)
      .run();
    await scanAll(workspace);
    // biome-ignore lint/suspicious/noExplicitAny: items of the API.
    const reasonsOf = (items: any[]) =>
      Object.fromEntries(
        Object.entries(turns).map(([name, { run }]) => [
          name,
          items
            .find(({ run_id }) => run_id === run)
            ?.reasons.map(({ reason }: { reason: string }) => reason)
            .sort(),
        ]),
      );
    const expected = {
      plain: undefined,
      unsure: ['low_confidence', 'no_coverage'],
      text: ['text'],
      failed: ['error'],
      dear: ['cost'],
      tool: ['tool_failed'],
      preview: undefined,
    };
    const items = await queue(workspace);
    expect(reasonsOf(items)).toEqual(expected);
    const item = items.find(({ run_id }: { run_id: string }) => run_id === turns.unsure.run);
    expect(item).toMatchObject({ assignee: workspace.key_id, message_id: turns.unsure.message });
    expect(item.reasons[0].rule_id).toBe(unsure);
    expect(Date.parse(item.due_at) - Date.parse(item.created_at)).toBe(24 * 3_600_000);

    for (const { message } of [turns.text, turns.plain, turns.preview])
      await workspace.put(`/messages/${message}/feedback`, { rating: 2 });
    await scanAll(workspace);
    await scanAll(workspace);
    expect(reasonsOf(await queue(workspace))).toEqual({
      ...expected,
      text: ['down_voted', 'text'],
      plain: ['down_voted'],
    });
  });

  it('add no more on a day than their limit, nothing while disabled, and nothing for deleted rules', async () => {
    const workspace = await newWorkspace();
    const agent = await newAgent(workspace);
    const { id } = (await rule(workspace, agent, { type: 'sample', share: 1 }, { daily_limit: 2 }))
      .body;
    for (const _ of [1, 2, 3]) await newTurn(workspace, agent);
    await scanAll(workspace);
    expect(await queue(workspace)).toHaveLength(2);
    await newTurn(workspace, agent);
    await scanAll(workspace);
    expect(await queue(workspace)).toHaveLength(2);
    await env.DB.prepare('update review_rules set counted_day = counted_day - 1 where id = ?')
      .bind(id)
      .run();
    await newTurn(workspace, agent);
    await scanAll(workspace);
    expect(await queue(workspace)).toHaveLength(3);
    await workspace.patch(`/review-rules/${id}`, { enabled: false, daily_limit: 1000 });
    await newTurn(workspace, agent);
    await scanAll(workspace);
    expect(await queue(workspace)).toHaveLength(3);
    expect((await workspace.patch(`/review-rules/${id}`, { enabled: true })).body.enabled).toBe(
      true,
    );
    await newTurn(workspace, agent);
    await scanAll(workspace);
    expect(await queue(workspace)).toHaveLength(4);
    expect((await workspace.delete(`/review-rules/${id}`)).status).toBe(204);
    await newTurn(workspace, agent);
    await scanAll(workspace);
    expect(await queue(workspace)).toHaveLength(4);
  });

  it('adds each turn once when ticks run at the same time', async () => {
    const workspace = await newWorkspace();
    const agent = await newAgent(workspace);
    await rule(workspace, agent, { type: 'sample', share: 1 }, { daily_limit: 3 });
    for (const _ of [1, 2, 3, 4]) await newTurn(workspace, agent);
    await env.DB.prepare('update runs set ended_at = ended_at - 60000 where workspace_id = ?')
      .bind(workspace.id)
      .run();
    await env.DB.prepare(
      'update review_scans set scanned_at = 0, run_ended_at = 0 where workspace_id = ?',
    )
      .bind(workspace.id)
      .run();
    await env.DB.prepare('update review_rules set active_from = 0 where workspace_id = ?')
      .bind(workspace.id)
      .run();
    await Promise.all([minuteTick(), minuteTick(), minuteTick()]);
    expect(await queue(workspace)).toHaveLength(3);
  });

  it('samples the stated share of runs, the same ones each time', () => {
    const ids = Array.from({ length: 20_000 }, () => newId('run'));
    const drawn = ids.filter((id) => drawOf(id) < 0.1);
    // Five standard deviations of a binomial with p = 0.1.
    expect(Math.abs(drawn.length - 2000)).toBeLessThan(5 * Math.sqrt(20_000 * 0.1 * 0.9));
    expect(ids.filter((id) => drawOf(id) < 0.1)).toEqual(drawn);
  });

  it('are refused for agents, keys and conditions that are not there, and past twenty', async () => {
    const workspace = await newWorkspace();
    const agent = await newAgent(workspace);
    const bad = [
      { type: 'sample', share: 0 },
      { type: 'low_confidence', below: 2 },
      { type: 'text', contains: [] },
      { type: 'error', share: 1 },
      { type: 'unknown' },
    ];
    for (const condition of bad) expect((await rule(workspace, agent, condition)).status).toBe(422);
    const nobody = { assignee: 'key_01kajv2q5ve0mt8h2vj3c6x7ra' };
    expect((await rule(workspace, agent, { type: 'error' }, nobody)).status).toBe(422);
    expect(
      (await rule(workspace, 'agt_01kajv2q5ve0mt8h2vj3c6x7ra', { type: 'error' })).status,
    ).toBe(404);
    const many = await Promise.all(
      Array.from({ length: 21 }, () => rule(workspace, agent, { type: 'error' })),
    );
    expect(many.filter(({ status }) => status === 409)).toHaveLength(1);
    expect((await workspace.get(`/agents/${agent}/review-rules?limit=100`)).body.data).toHaveLength(
      20,
    );
    const other = await newWorkspace();
    const id = many.find(({ status }) => status === 201)?.body.id;
    expect((await other.delete(`/review-rules/${id}`)).status).toBe(404);
  });
});
