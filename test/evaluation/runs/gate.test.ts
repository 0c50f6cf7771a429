import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { answers, evaluated, hours, newSetting } from './support.ts';

const contains = { type: 'contains', texts: ['nine'] };

it('activates only what has passed the evaluation that the agent requires, on every way', async () => {
  const { workspace, agent, dataset } = await newSetting(
    ['We open at ten.', 'We open at nine.'],
    hours(3),
  );
  const require_evaluation = {
    dataset_id: dataset,
    scorers: [contains],
    thresholds: { contains: { min_pass_rate: 1 } },
    max_age_days: 7,
  };
  const editor = await workspace.withRole('editor');
  expect((await editor.patch(`/agents/${agent}`, { require_evaluation })).status).toBe(403);
  const set = await workspace.patch(`/agents/${agent}`, { require_evaluation });
  expect(set.body).toMatchObject({ require_evaluation: { dataset_id: dataset } });
  const activate = (version: number, body: object = {}, as = editor) =>
    as.post(`/agents/${agent}/versions/${version}/activate`, body);

  const refused = await activate(2);
  expect(refused).toMatchObject({
    status: 409,
    body: {
      code: 'evaluation_required',
      missing: [expect.stringContaining(dataset)],
      start: { method: 'POST', body: { agent, versions: ['2'], scorers: [contains] } },
    },
  });
  const config = answers('We open at eleven.');
  expect((await editor.patch(`/agents/${agent}`, { config })).status).toBe(409);
  const create = { config, activate: true };
  expect((await editor.post(`/agents/${agent}/versions`, create)).status).toBe(409);
  expect((await workspace.get(`/agents/${agent}`)).body).toMatchObject({
    active_version: { number: 1 },
    latest_version: 2,
  });

  // Neither another scorer of the name, nor a part of the dataset, nor an older result counts.
  const weak = { ...contains, texts: ['open'] };
  await evaluated(workspace, dataset, { agent, versions: [2], scorers: [weak] });
  await evaluated(workspace, dataset, { agent, versions: [2], scorers: [contains], sample: 2 });
  expect((await activate(2)).status).toBe(409);
  const start = refused.body.start;
  expect(start.path).toBe(`/api/v1/datasets/${dataset}/evaluations`);
  const { id } = await evaluated(workspace, dataset, start.body);
  // Nor does one that has lost a case while it ran.
  const lost = `update evaluations set summary = json_set(summary, '$[0].outcomes.cancelled', ?) where id = ?`;
  await env.DB.prepare(lost).bind(1, id).run();
  expect((await activate(2)).status).toBe(409);
  await env.DB.prepare(lost).bind(0, id).run();
  expect((await activate(2)).body).toMatchObject({ active_version: { number: 2 } });

  const failing = await evaluated(workspace, dataset, { agent, config, scorers: [contains] });
  expect(failing.summary[0].overall.pass_rate.value).toBe(0);
  const third = (await editor.post(`/agents/${agent}/versions`, { config })).body.number;
  const short = await activate(third);
  expect(short.body.missing).toEqual([
    expect.stringContaining('The pass rate of `contains` is 0; at least 1 is required'),
  ]);

  // A version that was active before comes back with a reason.
  expect((await activate(1)).status).toBe(409);
  expect((await activate(1, { reason: 'The new one is too slow' })).status).toBe(200);
  const override_reason = 'Hotfix';
  expect((await activate(third, { override_reason })).status).toBe(403);
  expect((await activate(third, { override_reason }, workspace)).status).toBe(200);
  const [activation] = (await workspace.get(`/agents/${agent}/activations`)).body.data;
  expect(activation).toMatchObject({ version: { number: third }, override_reason });
  const [entry] = (await workspace.get('/audit-log?action=agent.activate')).body.data;
  expect(entry.detail).toMatchObject({ override_reason });
});

it('takes a draft that has passed, and moves with the manifest', async () => {
  const { workspace, agent, dataset } = await newSetting(['We open at ten.'], hours(2));
  const thresholds = { overall: { min_score: 0.5 } };
  const require_evaluation = { dataset_id: dataset, thresholds };
  await workspace.patch(`/agents/${agent}`, { require_evaluation });
  const config = answers('We open at nine.');
  await evaluated(workspace, dataset, { agent, config, scorers: [contains] });
  expect((await workspace.patch(`/agents/${agent}`, { config })).status).toBe(200);
  const manifest = (await workspace.get(`/agents/${agent}/export`)).body;
  expect(manifest.require_evaluation).toEqual(require_evaluation);
  const imported = await workspace.post('/agents/import', manifest);
  expect(imported.body).toMatchObject({ require_evaluation });
  await workspace.delete(`/datasets/${dataset}`);
  const without = await workspace.post('/agents/import', manifest);
  expect(without.body.require_evaluation).toBeNull();
  expect(without.body.warnings).toContainEqual(expect.stringContaining(dataset));
  const other = { dataset_id: 'ds_01kajv2q5ve0mt8h2vj3c6x7ra', thresholds };
  const refused = await workspace.patch(`/agents/${agent}`, { require_evaluation: other });
  expect(refused.body.errors[0].pointer).toBe('/require_evaluation/dataset_id');
});
