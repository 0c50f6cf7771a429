import { describe, expect, it } from 'vitest';
import { countExperiments } from '../../src/experiments/tick.ts';
import { contextOf } from '../llm/support.ts';
import { playScript } from '../support/provider/client.ts';
import { startWith } from './facts.ts';
import { addVersion, newSession, newTrial, runIn } from './support.ts';

const users = 400;
const atATime = 20;

describe('an experiment', () => {
  it('recommends the version whose answers 400 users rate better, and promotes it for the next session', async () => {
    const weak = { text: ['I do not know.'], usage: { input_tokens: 10, output_tokens: 2 } };
    const trial = await newTrial({}, [weak]);
    const { workspace, agent } = trial;
    const good = await playScript({ rounds: [{ ...weak, text: ['At nine.'] }], repeat: true });
    await workspace.put('/providers/openai', {
      base_url: good.base_url.openai,
      api_key: good.api_key,
    });
    const candidate = await addVersion(workspace, agent, { model: 'openai/gpt-5-mini' });
    const experiment = await startWith({ ...trial, candidate });
    const ask = async (user: number) => {
      const { body } = await workspace.post(`/agents/${agent}/runs`, {
        message: 'When do you open?',
        end_user_id: `user-${user}`,
      });
      // One user in ten rates the other way.
      const isUp = (body.text === 'At nine.') === user % 10 > 0;
      await workspace.put(`/messages/${body.id}/feedback`, { rating: isUp ? 'up' : 'down' });
    };
    for (let from = 0; from < users; from += atATime)
      await Promise.all(Array.from({ length: atATime }, (_, index) => ask(from + index)));
    const later = { now: () => Date.now() + 20_000, workspace_id: '' };
    await countExperiments({ ...contextOf(workspace), ...later });
    const { body: results } = await workspace.get(`/experiments/${experiment.id}/results`);
    const [control, short] = results.variants;
    expect(control.exposures + short.exposures).toBe(users);
    expect(results.recommendation).toMatchObject({ action: 'promote', variant_id: short.id });
    const ended = await workspace.post(`/experiments/${experiment.id}/conclude`, {
      promote: results.recommendation.variant_id,
      reason: results.recommendation.reason,
    });
    expect(ended.body).toMatchObject({ status: 'concluded', winner_id: short.id });
    const { id } = await newSession(trial, { end_user_id: 'user-0' });
    expect(await runIn(trial, id)).toMatchObject({ version_id: candidate, experiment: null });
    const { body: audit } = await workspace.get('/audit-log?limit=20');
    const actions = audit.data.map(({ action }: { action: string }) => action);
    expect(actions).toEqual(expect.arrayContaining(['experiment.start', 'experiment.conclude']));
    const { body: groups } = await workspace.get(`/agents/${agent}/analytics?group_by=variant`);
    expect(JSON.stringify(groups.groups)).toContain(`${experiment.id}/${short.id}`);
  });
});
